@l2gateway
Feature: Many gateways

  @VT-L2GW-080
  Scenario: Fifty switches, two agents, and a monitor that dies
    Given 50 hardware VTEPs "leaf" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of all of them
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    When network "blue" is connected to port "eth1" of every switch on VLAN 10
    And the monitoring agent crashes
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    Then within 76 seconds another agent monitors "leaf50"
    And within 5 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And within 5 seconds the plugin's copy of "leaf50" is what "leaf50" holds
    And the plugin was told of every change of "leaf50" once
    And "leaf17" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
