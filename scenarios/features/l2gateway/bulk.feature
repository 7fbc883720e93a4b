@l2gateway
Feature: Many machines go to a switch in several messages

  @VT-L2GW-028 @F5 @F31
  Scenario Outline: An agent dies in the middle of a bulk, and the other one carries out the rest
    Given a plugin that tells of at most 20 machines in one message
    And a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And 200 machines of network "blue" on node 192.0.2.23
    When network "blue" is being connected to "leaf1" port "eth2" on VLAN 20 and agent "<agent>" crashes when some machines are known there
    Then "leaf1" has 200 remote MACs
    And "leaf1" has one locator for 192.0.2.23
    And "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth2 | 20   | blue    |

    Examples:
      | agent   |
      | agent-1 |
      | agent-2 |

  @VT-L2GW-210
  Scenario: What a switch holds is told in several messages, before and after a fail-over
    Given agents that tell of at most 7 addresses in one message
    And a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And 40 machines of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    Then within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    When the monitoring agent crashes
    And somebody removes the remote MAC 02:1a:0a:01:00:05 from "leaf1" by hand
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    Then within 76 seconds another agent monitors "leaf1"
    And within 5 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 2 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once
