@l2gateway
Feature: Switches that answer late

  @VT-L2GW-073 @F3
  Scenario Outline: The plugin is told all of a switch however long its answers take
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And an L2 gateway agent "agent-1" of "leaf1"
    And what "agent-1" and "leaf1" say to each other takes <seconds> seconds
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    Then within 15 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And "leaf1" has 1 remote MACs

    Examples:
      | seconds |
      | 0.01    |
      | 0.2     |
      | 1       |
