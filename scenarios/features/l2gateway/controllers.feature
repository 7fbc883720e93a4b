@l2gateway
Feature: Several plugins share a database, and one of them acts for all

  Background:
    Given controllers "controller-1", "controller-2" and "controller-3" that share a database
    And a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
    And one of them monitors
    And network "blue" with VNI 5000
    And machine 02:1a:0a:00:00:01 with address 10.0.0.1 of network "blue" on node 192.0.2.21
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10

  @VT-L2GW-100
  Scenario: Whichever plugin is asked, and whichever is told, all know
    When machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    And machine 02:1a:0a:00:00:01 moves to node 192.0.2.22
    And machine 02:1a:0a:00:00:02 stops
    Then within 10 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.22 |
    And within 10 seconds the plugin's copy of "leaf1" is what "leaf1" holds
    And "leaf1" floods network "blue" to node 192.0.2.22

  @VT-L2GW-101
  Scenario: The plugin that leads dies, then the agent that monitors
    When the plugin that leads crashes
    Then within 60 seconds another plugin leads
    When machine 02:1a:0a:00:00:02 with address 10.0.0.2 of network "blue" starts on node 192.0.2.22
    Then within 10 seconds "leaf1" has these remote MACs:
      | mac               | ip       | network | node       |
      | 02:1a:0a:00:00:01 | 10.0.0.1 | blue    | 192.0.2.21 |
      | 02:1a:0a:00:00:02 | 10.0.0.2 | blue    | 192.0.2.22 |
    # The broker has to find out that its consumer is dead, whose messages go to the others then.
    When 90 seconds pass
    And the monitoring agent crashes
    Then within 76 seconds another agent monitors "leaf1"
    And within 1 second the plugin's copy of "leaf1" is what "leaf1" holds
