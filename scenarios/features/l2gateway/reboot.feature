@l2gateway
Feature: A switch that lost its database is given it again

  @VT-L2GW-025
  Scenario: What the users asked for is written into an empty switch
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2" and quirk "forgets-at-restart"
    And an L2 gateway agent "agent-1" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When "leaf1" loses power for 20 seconds
    Then within 30 seconds "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    And within 5 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
