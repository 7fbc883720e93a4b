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

  @VT-L2GW-017 @F21 @live
  Scenario: Machines that cannot be placed do not keep a network from being connected
    Given network "red" with VNI 6000
    And machine 02:1a:0a:00:00:11 with address 10.0.0.11 of network "red" on a node without an L2 agent
    And machine 02:1a:0a:00:00:12 with address 10.0.0.12 of network "red" on no node yet
    And machine 02:1a:0a:00:00:13 without an address of network "red" on node 192.0.2.21
    And machine 02:1a:0a:00:00:14 with address 10.0.0.14 of network "red" on node 192.0.2.21
    When network "red" is connected to "leaf1" port "eth2" on VLAN 20
    Then "leaf1" has 2 remote MACs

  @VT-L2GW-018 @F22 @live
  Scenario: A machine's allowed address pairs are followed
    Given machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    When machine 02:1a:0a:00:00:01 may also use 00:00:5e:00:01:01 with address 10.0.0.99
    Then "leaf1" has these remote MACs:
      | mac               | ip        | network | node       |
      | 00:00:5e:00:01:01 | 10.0.0.99 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:01 | 10.0.0.1  | blue    | 192.0.2.21 |
    When machine 02:1a:0a:00:00:01 may use its own address only
    Then "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
