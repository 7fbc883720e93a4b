@l2gateway
Feature: Remote MAC addresses follow the virtual machines

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And an L2 gateway agent "agent-1" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10

  @VT-L2GW-010 @live
  Scenario: A machine moves to another node
    When machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" starts on node 192.0.2.21
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    Then "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.22 |

  @VT-L2GW-011 @live
  Scenario: A machine stops
    When machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" starts on node 192.0.2.21
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.21
    And machine 02:1a:0a:00:00:01 stops
    Then "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.21 |

  @VT-L2GW-012 @F13 @live
  Scenario: Machines on one new node start at once, and two agents carry it out
    Given an L2 gateway agent "agent-2" of "leaf1"
    When these machines of network "blue" start at once:
      | mac               | ip       | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | 192.0.2.21 |
      | 02:1a:0a:00:00:03 | 10.0.0.3 | 192.0.2.21 |
      | 02:1a:0a:00:00:04 | 10.0.0.4 | 192.0.2.21 |
    Then "leaf1" has one locator for 192.0.2.21
    And "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:03 | 10.0.0.3 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:04 | 10.0.0.4 | blue    | 192.0.2.21 |
