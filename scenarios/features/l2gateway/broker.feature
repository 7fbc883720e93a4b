@l2gateway
Feature: The broker is in trouble and nothing is lost by it
  RabbitMQ blocks who publishes when it is short of memory, refuses what a full queue does not take, closes channels, and an operator may
  delete a queue; anybody may put nonsense into one. Switch and plugin have to agree in the end, each change told once.

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10

  @VT-L2GW-190
  Scenario Outline: Machines come and move while the broker suffers from <fault>
    When fault "<fault>" by <amount> hits the bus for <time> seconds
    And machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    And fault "<fault>" by <amount> hits the bus for <time> seconds
    And machine 02:1a:0a:00:00:03 with address 10.0.0.3 of network "blue" starts on node 192.0.2.21
    And machine 02:1a:0a:00:00:02 stops
    Then within 60 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
    And within 90 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And within 90 seconds exactly one agent monitors
    And the plugin was told of every change of "leaf1" once
    And within 180 seconds nothing but signs of life is seen for 40 seconds

    Examples:
      | fault                 | amount | time |
      | broker-blocked        | 0      | 15   |
      | broker-refuses        | 0.9    | 15   |
      | broker-duplicates     | 1      | 15   |

    Examples: amounts from 0 to 1 say which queue or channel of all there are
      | fault                 | amount | time |
      | broker-closes-channel | 0.1    | 0    |
      | broker-closes-channel | 0.3    | 0    |
      | broker-closes-channel | 0.5    | 0    |
      | broker-closes-channel | 0.7    | 0    |
      | broker-closes-channel | 0.95   | 0    |
      | broker-loses-queue    | 0.05   | 0    |
      | broker-loses-queue    | 0.2    | 0    |
      | broker-loses-queue    | 0.35   | 0    |
      | broker-loses-queue    | 0.5    | 0    |
      | broker-loses-queue    | 0.65   | 0    |
      | broker-loses-queue    | 0.8    | 0    |
      | broker-loses-queue    | 0.95   | 0    |
      | broker-poison         | 0.05   | 0    |
      | broker-poison         | 0.200001 | 0 |
      | broker-poison         | 0.350002 | 0 |
      | broker-poison         | 0.500003 | 0 |
      | broker-poison         | 0.650004 | 0 |
      | broker-poison         | 0.800005 | 0 |
      | broker-poison         | 0.950006 | 0 |

  @VT-L2GW-191
  Scenario: The monitor finds out that the broker took nothing for longer than its lease
    When fault "broker-blocked" hits the bus for 100 seconds
    And 110 seconds pass
    Then within 90 seconds exactly one agent monitors
    And within 60 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And the plugin was told of every change of "leaf1" once
