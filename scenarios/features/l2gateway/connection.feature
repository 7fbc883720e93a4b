@l2gateway
Feature: Networks are connected to the ports of a switch
  The service plugin tells an L2 gateway agent over the bus which VLAN of which port belongs to which network, and which virtual
  machines live where; the agent writes it into the switch's hardware_vtep database.

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And an L2 gateway agent "agent-1" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000

  @VT-L2GW-001 @live
  Scenario: A network with machines is connected to a port
    Given machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" on node 192.0.2.22
    When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    Then "leaf1" has network "blue" with VNI 5000
    And "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |
    And "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |

  @VT-L2GW-002 @live
  Scenario: A machine starts after its network was connected
    Given network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" starts on node 192.0.2.21
    Then "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |

  @VT-L2GW-003 @live
  Scenario: A connection is deleted
    Given machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "red" with VNI 6000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "red" is connected to "leaf1" port "eth1" on VLAN 20
    When network "blue" is disconnected from "leaf1" port "eth1" on VLAN 10
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 20   | red     |
    And "leaf1" has no remote MACs
    And "leaf1" has no network "blue"

  @VT-L2GW-004 @live
  Scenario: One network is connected to several ports and leaves one of them
    Given machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "blue" is connected to "leaf1" port "eth2" on VLAN 11
    When network "blue" is disconnected from "leaf1" port "eth1" on VLAN 10
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth2 | 11   | blue    |
    And "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |

  @VT-L2GW-005 @live
  Scenario: A VLAN is bound again, to another network
    Given network "red" with VNI 6000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When somebody tries to connect network "red" to "leaf1" port "eth1" on VLAN 10
    Then it is refused because the VLAN of "leaf1" port "eth1" is taken
    When network "blue" is disconnected from "leaf1" port "eth1" on VLAN 10
    And network "red" is connected to "leaf1" port "eth1" on VLAN 10
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | red     |

  @VT-L2GW-006 @live
  Scenario Outline: Untagged traffic and the last VLAN can be bound
    When network "blue" is connected to "leaf1" port "eth1" on VLAN <vlan>
    Then "leaf1" has these VLAN bindings:
      | port | vlan   | network |
      | eth1 | <vlan> | blue    |

    Examples:
      | vlan |
      | 0    |
      | 4094 |

  @VT-L2GW-007 @live
  Scenario: A port that the switch does not have is refused
    When somebody tries to connect network "blue" to "leaf1" port "no-such-port" on VLAN 10
    Then it is refused with status 500 and "L2 Gateway interface 'no-such-port' not found."
    And "leaf1" has no network "blue"

  @VT-L2GW-008 @F6 @F28 @live
  Scenario: A network that was connected is deleted
    Given machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When machine 02:1a:0a:00:00:01 stops
    And network "blue" is deleted
    Then "leaf1" has no VLAN bindings
    And "leaf1" has no network "blue"

  @VT-L2GW-009 @F1 @live
  Scenario: An update of one gateway leaves the ports of another alone
    Given network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When a gateway of "leaf1" port "eth1", which connects nothing, gets port "eth2" instead
    And 2 seconds pass
    Then "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |

  @VT-L2GW-013 @F31 @live
  Scenario: Two users ask for the same connection at once
    When two users connect network "blue" to "leaf1" port "eth1" on VLAN 10 at once
    Then it is refused with status 409
    And "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | blue    |

  @VT-L2GW-014 @F4 @live
  Scenario: A network's name has braces and letters of several bytes
    Given network "a}b{ü€" with VNI 6000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "a}b{ü€" on node 192.0.2.21
    When network "a}b{ü€" is connected to "leaf1" port "eth1" on VLAN 10
    Then "leaf1" has network "a}b{ü€" with VNI 6000
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds

  @VT-L2GW-015 @F30 @live
  Scenario Outline: A VLAN that cannot be is refused, and nothing is bound
    When somebody tries to connect network "blue" to "leaf1" port "eth1" on VLAN <vlan>
    Then it is refused with status 400 and "Invalid input for operation: Segmentation id is out of range."
    And "leaf1" has no VLAN bindings

    Examples:
      | vlan |
      | 4095 |
      | 9999 |

  @VT-L2GW-016 @F15 @live
  Scenario: What a switch does not know goes to the nodes of the network, and to no others
    Given machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" on node 192.0.2.22
    When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    Then "leaf1" floods network "blue" to nodes 192.0.2.21 and 192.0.2.22
    When machine 02:1a:0a:00:00:02 moves to node 192.0.2.23
    Then "leaf1" floods network "blue" to nodes 192.0.2.21 and 192.0.2.23
    When machine 02:1a:0a:00:00:01 stops
    Then "leaf1" floods network "blue" to node 192.0.2.23
    When machine 02:1a:0a:00:00:02 stops
    Then "leaf1" floods network "blue" to nobody
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
