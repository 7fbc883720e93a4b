@l2gateway
Feature: Switches that misbehave are still served
  Each row is an emulated switch with one defect that was seen in products or in servers other than ovsdb-server. The agent has to
  bring the switch to what was asked, or say why it cannot.

  @VT-L2GW-040
  Scenario Outline: A switch with a defect ends up as asked
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2" and quirk "<quirk>"
    And an L2 gateway agent "agent-1" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.21
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    And "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.22 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.21 |
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once
    When network "blue" is disconnected from "leaf1" port "eth1" on VLAN 10
    Then "leaf1" has no VLAN bindings
    And "leaf1" has no remote MACs

    Examples:
      | quirk                       |
      | echo-id-as-text             |
      | one-request-per-segment     |
      | counts-braces               |
      | no-version-column           |
      | wraps-single-sets           |
      | refuses-wrapped-sets        |
      | named-uuid-backwards-only   |
      | map-insert-overwrites       |
      | ignores-wait                |
      | wait-never-blocks           |
      | refuses-comment             |
      | monitor-id-as-text          |
      | update-without-old          |
      | notifies-unchanged          |
      | update-after-reply          |
      | keeps-garbage               |
      | ignores-indexes             |
      | error-inside-result         |
      | serves-fewer-columns        |
      | announces-other-version     |
      | all-tables-are-roots        |
      | keeps-overwritten-columns   |
      | no-tunnel-ips               |

  @VT-L2GW-041
  Scenario: A switch that wants what no controller knows of is reported with its own words
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2" and quirk "mandatory-vendor-column"
    And an L2 gateway agent "agent-1" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    When somebody tries to connect network "blue" to "leaf1" port "eth1" on VLAN 10
    Then it is refused with status 409 and 'Error on the OVSDB server: Remote error: OVSDBError could not bind VLAN 10 on eth1: leaf1 refused operation 1, insert into Logical_Switch: constraint violation: "" is not one of the allowed values ([bridged, routed])'
    And "leaf1" has no VLAN bindings
