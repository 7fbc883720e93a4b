@l2gateway
Feature: Compute nodes know the servers behind a switch
  What a switch learns on its ports reaches the L2 agents of the nodes as entries of their forwarding tables, and leaves them again.

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And an L2 gateway agent "agent-1" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" on node 192.0.2.22
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10

  @VT-L2GW-090 @F7 @F14 @live
  Scenario: A server is learned and forgotten, and flooding goes on
    Then every node floods network "blue" to "leaf1"
    When bare-metal server 02:1a:0a:00:00:99 speaks in VLAN 10 of "leaf1" port "eth1"
    Then every node sends what is for 02:1a:0a:00:00:99 of network "blue" to "leaf1"
    When "leaf1" forgets bare-metal server 02:1a:0a:00:00:99, which is silent
    Then no node knows 02:1a:0a:00:00:99
    And every node floods network "blue" to "leaf1"

  @VT-L2GW-091 @F10 @F14
  Scenario: A server moves to another switch while nobody monitors
    Given a hardware VTEP "leaf2" with ports "eth1" and "eth2"
    And an L2 gateway agent "agent-2" of "leaf1" and "leaf2"
    And agent "agent-1" stops in good order
    And "leaf2" is monitored
    And network "blue" is connected to "leaf2" port "eth1" on VLAN 20
    When bare-metal server 02:1a:0a:00:00:99 speaks in VLAN 10 of "leaf1" port "eth1"
    Then every node sends what is for 02:1a:0a:00:00:99 of network "blue" to "leaf1"
    When agent "agent-2" crashes
    And "leaf1" forgets bare-metal server 02:1a:0a:00:00:99, which is silent
    And bare-metal server 02:1a:0a:00:00:99 speaks in VLAN 20 of "leaf2" port "eth1"
    And agent "agent-2" starts again
    And 20 seconds pass
    Then every node sends what is for 02:1a:0a:00:00:99 of network "blue" to "leaf2"
    And every node floods network "blue" to "leaf1" and "leaf2"

  @VT-L2GW-092
  Scenario: A connection goes, and what nodes knew behind it
    When bare-metal server 02:1a:0a:00:00:99 speaks in VLAN 10 of "leaf1" port "eth1"
    Then every node sends what is for 02:1a:0a:00:00:99 of network "blue" to "leaf1"
    When network "blue" is disconnected from "leaf1" port "eth1" on VLAN 10
    Then no node floods network "blue" to a switch
    And no node knows 02:1a:0a:00:00:99

  @VT-L2GW-093
  Scenario: A server is heard behind two switches, and nodes send to one that hears it
    Given a hardware VTEP "leaf2" with ports "eth1" and "eth2"
    And an L2 gateway agent "agent-2" of "leaf1" and "leaf2"
    And agent "agent-1" stops in good order
    And "leaf2" is monitored
    And network "blue" is connected to "leaf2" port "eth1" on VLAN 20
    When bare-metal server 02:1a:0a:00:00:99 speaks in VLAN 10 of "leaf1" port "eth1"
    And bare-metal server 02:1a:0a:00:00:99 speaks in VLAN 20 of "leaf2" port "eth1"
    Then within 10 seconds every node knows the servers of network "blue" behind "leaf1" and "leaf2", each behind one that has learned it
    # It stays behind leaf2: that leaf1 forgets it takes nothing away.
    When 200 seconds pass
    And bare-metal server 02:1a:0a:00:00:99 speaks in VLAN 20 of "leaf2" port "eth1"
    And 150 seconds pass
    Then every node sends what is for 02:1a:0a:00:00:99 of network "blue" to "leaf2"

  @VT-L2GW-094
  Scenario: Two servers have one address for a while
    Given a hardware VTEP "leaf2" with ports "eth1" and "eth2"
    And an L2 gateway agent "agent-2" of "leaf1" and "leaf2"
    And agent "agent-1" stops in good order
    And "leaf2" is monitored
    And network "blue" is connected to "leaf2" port "eth1" on VLAN 20
    When fault "mac-twice" hits "leaf1" and "leaf2" for 30 seconds
    And 20 seconds pass
    Then within 10 seconds every node knows the servers of network "blue" behind "leaf1" and "leaf2", each behind one that has learned it
    When 360 seconds pass
    Then within 30 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And within 10 seconds every node knows the servers of network "blue" behind "leaf1" and "leaf2", each behind one that has learned it
    And no node knows 02:1a:0a:00:63:01
