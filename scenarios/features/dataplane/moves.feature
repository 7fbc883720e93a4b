@dataplane
Feature: Traffic follows an address that moves

  Background:
    Given a switch "leaf1" in the fabric with tunnel address 192.0.2.11 and ports "eth1" and "eth2"
    And a switch "leaf2" in the fabric with tunnel address 192.0.2.12 and ports "eth1" and "eth2"
    And a hypervisor "kvm1" with tunnel address 192.0.2.21
    And a hypervisor "kvm2" with tunnel address 192.0.2.22
    And a tenant network "blue" with VNI 5000
    And "leaf1" port "eth1" carries network "blue" on VLAN 10
    And "leaf1" port "eth2" carries network "blue" on VLAN 10
    And "leaf2" port "eth1" carries network "blue" on VLAN 10
    And a server "srv1" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 10
    And a VM "vm1" with address 10.0.0.21 of network "blue" on "kvm1"
    And a VM "vm2" with address 10.0.0.22 of network "blue" on "kvm2"

  @VT-DATA-020
  Scenario Outline: A server is plugged into <port> of <switch>
    Then within 5 seconds "srv1" and "vm1" reach each other
    When "srv1" is plugged into "<switch>" port "<port>"
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds a broadcast of "vm2" is seen by "srv1" and "vm1" and by nobody else
    When "srv1" is plugged into "leaf1" port "eth1"
    Then within 5 seconds "srv1" and "vm1" reach each other

    Examples:
      | switch | port |
      | leaf1  | eth2 |
      | leaf2  | eth1 |

  @VT-DATA-021
  Scenario: A VM migrates to another hypervisor and back
    Then within 5 seconds "srv1" and "vm1" reach each other
    When "vm1" migrates to "kvm2"
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "vm1" and "vm2" reach each other
    When "vm1" migrates to "kvm1"
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "vm1" and "vm2" reach each other

  @VT-DATA-022
  Scenario: A VM migrates from a hypervisor that hangs
    Given a VM "vm3" with address 10.0.0.23 of network "blue" on "kvm1"
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "vm2" and "vm3" reach each other
    When "kvm1" hangs
    Then a broadcast of "vm1" is seen by nobody
    When "vm1" migrates to "kvm2"
    Then within 5 seconds "srv1" and "vm1" reach each other
    When "kvm1" goes on
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "vm1" and "vm2" reach each other

  @VT-DATA-023
  Scenario: A VM migrates to a hypervisor that hangs
    Given a VM "vm3" with address 10.0.0.23 of network "blue" on "kvm1"
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds a broadcast of "vm1" is seen by "srv1", "vm2" and "vm3" and by nobody else
    When "kvm2" hangs
    And "vm1" migrates to "kvm2"
    Then for 3 seconds "srv1" does not reach "vm1"
    When "kvm2" goes on
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "vm1" and "vm2" reach each other
