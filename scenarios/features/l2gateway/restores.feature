@l2gateway
Feature: Something comes back as it was, or as something else
  A switch is restored from a backup or replaced, an agent is upgraded or taken back while another is not, a switch refuses for a while or
  loses what it had to say, a VLAN is given to another network. Each is a fault of the catalogue, which explorations draw as well.

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10

  @VT-L2GW-200
  Scenario Outline: A switch comes back with <what>
    When fault "<fault>" hits "leaf1" for 20 seconds
    And 1 second pass
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    And 20 seconds pass
    Then within 60 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

    Examples:
      | what                        | fault     |
      | an older copy of its tables | disk-old  |
      | an empty database           | disk-lost |
      | what its disk really wrote  | disk-lies |

  @VT-L2GW-201
  Scenario: The controller comes back with older copies of its databases, and the switch follows them
    When fault "disk-old" hits "controller" for 20 seconds
    And 1 second pass
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    Then within 10 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.22 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    When 20 seconds pass
    Then within 60 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
    And within 90 seconds exactly one agent monitors
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-202
  Scenario Outline: One agent, then both are another release for a while, by <release>
    When fault "agent-upgrade" by <release> hits "agent-1" for 150 seconds
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And 30 seconds pass
    And fault "agent-upgrade" by <release> hits "agent-2" for 150 seconds
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    And machine 02:1a:0a:00:00:03 with address 10.0.0.3 of network "blue" starts on node 192.0.2.21
    Then within 60 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds exactly one agent monitors
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    When 180 seconds pass
    And machine 02:1a:0a:00:00:03 stops
    Then within 60 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds exactly one agent monitors
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

    Examples: below 0 what networking-l2gw speaks, above 0 what nobody here knows of yet
      | release |
      | -1      |
      | 1       |

  @VT-L2GW-203
  Scenario: A VLAN is given to another network at once, and given back
    Given network "red" with VNI 6000
    When fault "vlan-reuse" hits "leaf1" for 20 seconds
    Then within 10 seconds "leaf1" has these VLAN bindings:
      | port | vlan | network |
      | eth1 | 10   | red     |
    And "leaf1" has no remote MACs
    When 20 seconds pass
    Then within 10 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-204
  Scenario Outline: The switch suffers from <fault> while machines come, move and go
    When fault "<fault>" by <share> hits "leaf1" for 30 seconds
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    And 15 seconds pass
    And machine 02:1a:0a:00:00:03 with address 10.0.0.3 of network "blue" starts on node 192.0.2.21
    And machine 02:1a:0a:00:00:02 stops
    And 15 seconds pass
    Then within 90 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

    Examples:
      | fault            | share |
      | transact-refused | 0.5   |
      | transact-refused | 1     |
      | reply-lost       | 0.5   |
      | reply-lost       | 1     |

  @VT-L2GW-205
  Scenario: A network's VNI, port and VLAN go to another network at once
    When fault "vni-reuse" hits "leaf1" for 30 seconds
    And 30 seconds pass
    Then within 30 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-207
  Scenario Outline: A VNI goes to another network while nobody tells of the first one, for <agent> does not reach the switch
    When fault "partition" hits "<agent>", "|" and "leaf1" for 130 seconds
    And 35 seconds pass
    And fault "vni-reuse" hits "leaf1" for 1 second
    And 150 seconds pass
    Then within 90 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

    Examples:
      | agent   |
      | agent-1 |
      | agent-2 |

  @VT-L2GW-206
  Scenario Outline: The controller is another release for a while, by <release>
    When fault "plugin-upgrade" by <release> hits "controller" for 150 seconds
    And 2 seconds pass
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    And machine 02:1a:0a:00:00:03 with address 10.0.0.3 of network "blue" starts on node 192.0.2.21
    Then within 60 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds exactly one agent monitors
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    When 180 seconds pass
    And machine 02:1a:0a:00:00:03 stops
    Then within 60 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds exactly one agent monitors
    And within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

    Examples: below 0 what networking-l2gw speaks, above 0 what nobody here knows of yet
      | release |
      | -1      |
      | 1       |
