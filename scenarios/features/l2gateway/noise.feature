@l2gateway
Feature: The plugin hears nothing that it does not keep

  Background:
    Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
    And a hardware VTEP "leaf2" with ports "eth1" and "eth2"
    And L2 gateway agents "agent-1" and "agent-2" of "leaf1" and "leaf2"
    And one of them monitors
    And network "blue" with VNI 5000
    And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
    And network "blue" is connected to "leaf2" port "eth1" on VLAN 10

  @VT-L2GW-072 @F23
  Scenario: Columns that no plugin keeps change without a word
    When "leaf1" counts what passes through its ports
    Then the plugin is told nothing of "leaf1" for 5 seconds
