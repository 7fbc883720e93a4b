@l2gateway
Feature: The hardware of a switch changes, and what users asked for stays

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21

  @VT-L2GW-220 @F9
  Scenario: A port goes with its line card, and is bound again when it is back
    Given network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "red" with VNI 6000
    And network "red" is connected to "leaf1" port "eth2" on VLAN 20
    When "leaf1" loses port "eth1", as with its line card
    And 20 seconds pass
    Then network "blue" is still connected to "leaf1" port "eth1" on VLAN 10, as Neutron says
    And "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth2 | 20   | red     |
    When "leaf1" has port "eth1" again
    Then within 30 seconds "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
      | eth2 | 20   | red     |
    And "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once
    When network "blue" is disconnected from "leaf1" port "eth1" on VLAN 10
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth2 | 20   | red     |

  @VT-L2GW-221 @F16
  Scenario: Tunnel addresses that are changed and added later are those that nodes send to
    Given network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    Then every node floods network "blue" to "leaf1"
    When "leaf1" gets the tunnel addresses 198.51.100.11 and 198.51.100.12
    Then within 10 seconds every node floods network "blue" to the addresses 198.51.100.11 and 198.51.100.12
    When "leaf1" gets the tunnel address 198.51.100.1
    Then within 10 seconds every node floods network "blue" to the address 198.51.100.1
    And the plugin was told of every change of "leaf1" once
