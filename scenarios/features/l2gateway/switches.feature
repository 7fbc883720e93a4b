@l2gateway
Feature: One agent looks after several switches

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And a hardware VTEP "leaf2" with ports "eth1" and "eth2"
    And an L2 gateway agent "agent-1" of "leaf1" and "leaf2"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21

  @VT-L2GW-030 @F32 @live @two-switches
  Scenario: One network is connected to two switches and leaves one of them
    When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "blue" is connected to "leaf2" port "eth2" on VLAN 20
    And network "blue" is disconnected from "leaf1" port "eth1" on VLAN 10
    Then "leaf1" has no VLAN bindings
    And "leaf1" has no remote MACs
    And "leaf2" has these VLAN bindings:
      | port | vlan | network |
      | eth2 | 20   | blue    |
    And "leaf2" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |

  @VT-L2GW-036 @live @two-switches
  Scenario: A gateway has two switches, and both follow what machines do
    When somebody tries to connect network "blue" on VLAN 10 to a gateway of "leaf1" port "eth1" and "leaf2" port "eth2"
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    And "leaf2" has these VLAN bindings:
      | port | vlan | network |
      | eth2 | 10   | blue    |
    And "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.22 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    And "leaf2" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.22 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And within 10 seconds the plugin's copy of "leaf2" is what "leaf2" holds
    And every node floods network "blue" to "leaf1" and "leaf2"
    And the plugin was told of every change of "leaf1" once
    And the plugin was told of every change of "leaf2" once

  @VT-L2GW-031 @F12
  Scenario: A switch that is away does not keep the others waiting for long
    Given network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "blue" is connected to "leaf2" port "eth1" on VLAN 10
    When "leaf2" goes away
    And somebody tries to connect network "blue" to "leaf2" port "eth2" on VLAN 11
    Then it is refused after at most 12 seconds
    When network "blue" is connected to "leaf1" port "eth2" on VLAN 11
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
      | eth2 | 11   | blue    |

  @VT-L2GW-032 @F11
  Scenario: Agents look after different switches, and every change reaches its switch
    Given a hardware VTEP "leaf3" with port "eth1"
    And an L2 gateway agent "agent-2" of "leaf3"
    When 45 seconds pass
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "blue" is connected to "leaf2" port "eth1" on VLAN 10
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    Then "leaf1" has 2 remote MACs
    And "leaf2" has 2 remote MACs
    When somebody tries to connect network "blue" to "leaf3" port "eth1" on VLAN 10
    Then it is refused with status 404 and "L2 Gateway Device leaf3 could not be found."

  @VT-L2GW-033 @F25
  Scenario: A gateway has two switches, and the second one refuses
    Given a hardware VTEP "leaf3" with port "eth1" and quirk "mandatory-vendor-column"
    And an L2 gateway agent "agent-2" of "leaf1", "leaf2" and "leaf3"
    And agent "agent-1" stops in good order
    And "leaf3" is monitored
    When somebody tries to connect network "blue" on VLAN 10 to a gateway of "leaf1" port "eth1" and "leaf3" port "eth1"
    Then it is refused with status 409
    And "leaf1" has no VLAN bindings
    And "leaf1" has no network "blue"

  @VT-L2GW-034 @F8 @F12 @F20
  Scenario: A switch is away while a connection and a machine go
    Given machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" on node 192.0.2.22
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "blue" is connected to "leaf1" port "eth2" on VLAN 11
    When 2 seconds pass
    And "leaf1" goes away
    And machine 02:1a:0a:00:00:02 stops
    And somebody disconnects network "blue" from "leaf1" port "eth2" on VLAN 11
    Then it is done within 6 seconds
    When "leaf1" is back
    Then within 60 seconds "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    And within 30 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
