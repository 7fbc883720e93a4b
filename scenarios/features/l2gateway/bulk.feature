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
