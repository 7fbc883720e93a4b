@l2gateway
Feature: A port that says it is faulty, and switches of one name

  @VT-L2GW-222 @F17
  Scenario: A port with two faults is connected to nothing until it has none
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2" and quirk "fault-columns-writable"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And network "red" with VNI 6000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When "leaf1" has the faults "los" and "link_down" on port "eth2"
    And 2 seconds pass
    And somebody tries to connect network "red" to "leaf1" port "eth2" on VLAN 20
    Then it is refused with status 500 and "Physical Port 'eth2' in Physical switch 'leaf1' port_fault_status is 'link_down'"
    And "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    # One that comes later takes nothing away, but is seen.
    When "leaf1" has the faults "los" and "link_down" on port "eth1"
    And 2 seconds pass
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    When "leaf1" has no fault on port "eth2"
    And 2 seconds pass
    And network "red" is connected to "leaf1" port "eth2" on VLAN 20
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
      | eth2 | 20   | red     |

  @VT-L2GW-223 @F26
  Scenario: Two switches of one name are told apart, or not at all
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And a hardware VTEP "leaf2" with ports "eth1" and "eth2" that calls itself "leaf1"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1" and "leaf2"
    And one of them monitors
    And network "blue" with VNI 5000
    When somebody tries to connect network "blue" to "leaf1" port "eth1" on VLAN 10
    Then it is refused with status 409 and "L2 Gateway Device leaf1 is the name of several switches: leaf1, leaf2."
    And "leaf1" has no VLAN bindings
    And "leaf2" has no VLAN bindings
