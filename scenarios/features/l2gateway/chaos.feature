@l2gateway
Feature: Whatever breaks, in the end every switch is as asked

  @VT-L2GW-050
  Scenario: Agents, switch and network break while machines come, move and go
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And network "red" with VNI 6000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When for 300 seconds machines of network "blue" come, move and go, and "agent-1", "agent-2" and "leaf1" may break in any way
    Then within 300 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    # Whoever was cut off connects to the broker again after at most 30 seconds, and reports 30 seconds later at most.
    And within 90 seconds exactly one agent monitors
    And within 60 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-051 @F27
  Scenario: The broker falls as well, with all that it had not delivered
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And network "red" with VNI 6000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When for 300 seconds machines of network "blue" come, move and go, and "agent-1", "agent-2", "leaf1" and "broker" may break in any way
    Then within 300 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds exactly one agent monitors
    And within 60 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-052
  Scenario: The controller dies as well, and keeps what it has accepted
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And network "red" with VNI 6000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When for 300 seconds machines of network "blue" come, move and go, and "controller", "agent-1", "agent-2", "leaf1" and "broker" may break in any way
    Then within 300 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds exactly one agent monitors
    And within 60 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once

  @VT-L2GW-053
  Scenario: Three controllers, their database and two agents break in any way
    Given controllers "controller-1", "controller-2" and "controller-3" that share a database
    And a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And network "red" with VNI 6000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    When for 300 seconds machines of network "blue" come, move and go, and "controller-1", "controller-2", "controller-3", "database", "agent-1", "agent-2" and "leaf1" may break in any way
    Then within 300 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds exactly one agent monitors
    And within 60 seconds the plugin's copy of "leaf1" is what "leaf1" holds

  @VT-L2GW-054
  Scenario: Two switches of one network break, and servers are heard behind both
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And a hardware VTEP "leaf2" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1" and "leaf2"
    And one of them monitors
    And network "blue" with VNI 5000
    And network "red" with VNI 6000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "blue" is connected to "leaf2" port "eth1" on VLAN 20
    When for 300 seconds machines of network "blue" come, move and go, and "agent-1", "agent-2", "leaf1" and "leaf2" may break in any way
    Then within 300 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 300 seconds "leaf2" holds the machines of network "blue" as they are now, and VLAN 20 on "eth1"
    And within 90 seconds exactly one agent monitors
    And within 60 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And within 60 seconds the plugin's copy of "leaf2" is what "leaf2" holds
    And within 30 seconds every node knows the servers of network "blue" behind "leaf1" and "leaf2", each behind one that has learned it
    And the plugin was told of every change of "leaf1" once
    And the plugin was told of every change of "leaf2" once
