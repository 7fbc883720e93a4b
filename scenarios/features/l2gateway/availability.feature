@l2gateway
Feature: Agents and switches go down and come back
  Every agent carries out the plugin's calls; one of them monitors the switches. What happened while nobody monitored, or while a
  switch was away, is found by reading the whole switch again.

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10

  @VT-L2GW-020 @live
  Scenario: The plugin is told what the switch holds, each change once
    When machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    And machine 02:1a:0a:00:00:02 stops
    Then within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-021 @F10
  Scenario: The monitoring agent dies and another one takes over
    When the monitoring agent crashes
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    # Heartbeats older than 75 seconds are those of the dead.
    Then within 76 seconds another agent monitors "leaf1"
    And within 1 second the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-022
  Scenario: The agent that monitored comes back when it has a successor
    When the monitoring agent crashes
    Then within 76 seconds another agent monitors "leaf1"
    When the agent that crashed starts again
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And 40 seconds pass
    Then exactly one agent monitors
    And within 5 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-023
  Scenario: Both agents restart and nothing changes on the switch
    When agent "agent-1" crashes
    And agent "agent-2" stops in good order
    And agent "agent-1" starts again
    And agent "agent-2" starts again
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.21
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    And "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.21 |
    And within 90 seconds the plugin's copy of "leaf1" is what "leaf1" holds

  @VT-L2GW-024
  Scenario: A switch loses power and is told of what it missed
    When "leaf1" loses power for 20 seconds
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    Then within 30 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds

  @VT-L2GW-026 @F29
  Scenario: The monitoring agent hangs until it has a successor, and wakes up
    When the monitoring agent hangs for 85 seconds
    Then exactly one agent monitors
    When machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    Then "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    And within 5 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-027 @F29
  Scenario: The monitoring agent is cut off, has a successor, and is heard again
    When the monitoring agent is cut off for 100 seconds
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And 60 seconds pass
    Then exactly one agent monitors
    And within 5 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-029 @F5
  Scenario: An agent hangs while it is asked, and does nothing of it when it wakes up
    Given network "red" with VNI 6000
    And agent "agent-2" stops in good order
    When agent "agent-1" hangs for 65 seconds while somebody tries to connect network "red" to "leaf1" port "eth2" on VLAN 20
    Then it is refused with status 409
    When 120 seconds pass
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    When network "red" is connected to "leaf1" port "eth2" on VLAN 20
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
      | eth2 | 20   | red     |

  @VT-L2GW-035
  Scenario: One agent does not reach the switch any more, and the other does what users ask for
    Given network "red" with VNI 6000
    And network "green" with VNI 7000
    When fault "partition" hits "agent-1", "|" and "leaf1" for 100 seconds
    # They take turns.
    And network "red" is connected to "leaf1" port "eth2" on VLAN 20
    And network "green" is connected to "leaf1" port "eth2" on VLAN 30
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
      | eth2 | 20   | red     |
      | eth2 | 30   | green   |
    When 100 seconds pass
    Then within 90 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-070 @F2
  Scenario: A switch is read again and again, and nothing is taken off it
    Given network "red" with VNI 6000
    And somebody else has put network "green" with VNI 7000 on "leaf1"
    And network "red" is connected to "leaf1" port "eth2" on VLAN 20
    When the connections of "leaf1" break
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And 5 seconds pass
    And the connections of "leaf1" break
    And 5 seconds pass
    Then "leaf1" has network "green" with VNI 7000
    And "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
      | eth2 | 20   | red     |
    And "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-071
  Scenario: Both agents are away while things change, and what was missed is made good
    When agent "agent-1" stops in good order
    And agent "agent-2" stops in good order
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    And somebody removes the remote MAC 02:1a:0a:00:00:01 from "leaf1" by hand
    And 20 seconds pass
    And agent "agent-1" starts again
    Then within 40 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.22 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    And "leaf1" floods network "blue" to node 192.0.2.22
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
