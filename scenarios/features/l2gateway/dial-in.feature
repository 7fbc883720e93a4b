@l2gateway @F19
Feature: Switches dial in to their agents
  An operator names the agents in the switch's Manager table and no switch in the agents' files. A switch is known by the name that its
  own database says, so several may share an address, and one may come back under another.

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And a hardware VTEP "leaf2" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" that switches dial in to
    And "leaf1" has the managers "agent-1" and "agent-2"
    And "leaf2" has the managers "agent-1" and "agent-2"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21

  @VT-L2GW-060
  Scenario: Networks are connected over the connections that the switches made
    When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "blue" is connected to "leaf2" port "eth2" on VLAN 20
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    And "leaf2" has these VLAN bindings:
      | port | vlan | network |
      | eth2 | 20   | blue    |
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And within 10 seconds the plugin's copy of "leaf2" is what "leaf2" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-061
  Scenario: A switch that dialled in loses power and dials in again
    When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And "leaf1" loses power for 20 seconds
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    Then within 60 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-062
  Scenario: The monitoring agent dies and the other one, which the switches dialled in to as well, takes over
    When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And the monitoring agent crashes
    Then within 76 seconds another agent monitors "leaf1"
    When machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    Then within 5 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once
