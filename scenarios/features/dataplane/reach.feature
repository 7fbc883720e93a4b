@dataplane
Feature: Servers on switch ports and VMs on hypervisors share networks across VXLAN

  Background:
    Given a switch "leaf1" in the fabric with tunnel address 192.0.2.11 and ports "eth1", "eth2" and "eth3"
    And a switch "leaf2" in the fabric with tunnel address 192.0.2.12 and ports "eth1", "eth2" and "eth3"
    And a hypervisor "kvm1" with tunnel address 192.0.2.21
    And a hypervisor "kvm2" with tunnel address 192.0.2.22
    And a tenant network "blue" with VNI 5000
    And "leaf1" port "eth1" carries network "blue" on VLAN 10
    And a server "srv1" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 10
    And a VM "vm1" with address 10.0.0.21 of network "blue" on "kvm1"

  @VT-DATA-001
  Scenario: A server and a VM reach each other both ways
    Then within 5 seconds "srv1" and "vm1" reach each other

  @VT-DATA-002
  Scenario: Servers behind two switches reach each other, tagged on one and untagged on the other
    Given "leaf2" port "eth2" carries network "blue" on VLAN 0
    And a server "srv2" with address 10.0.0.2 on "leaf2" port "eth2" and VLAN 0
    Then within 5 seconds "srv1" and "srv2" reach each other
    And within 5 seconds "srv2" and "vm1" reach each other

  @VT-DATA-003
  Scenario: Two networks with the same addresses never leak into each other
    Given a tenant network "red" with VNI 6000
    And "leaf1" port "eth1" carries network "red" on VLAN 20
    And "leaf2" port "eth1" carries network "red" on VLAN 10
    And "leaf2" port "eth2" carries network "blue" on VLAN 10
    And a server "srv1-red" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 20
    And a server "srv2-red" with address 10.0.0.2 on "leaf2" port "eth1" and VLAN 10
    And a server "srv2" with address 10.0.0.2 on "leaf2" port "eth2" and VLAN 10
    And a VM "vm1-red" with address 10.0.0.21 of network "red" on "kvm1"
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "srv1-red" and "srv2-red" reach each other
    And within 5 seconds "srv1-red" and "vm1-red" reach each other
    And within 5 seconds a broadcast of "srv1" is seen by "vm1" and "srv2" and by nobody else
    And within 5 seconds a broadcast of "srv1-red" is seen by "vm1-red" and "srv2-red" and by nobody else
    And within 5 seconds a broadcast of "vm1-red" is seen by "srv1-red" and "srv2-red" and by nobody else

  @VT-DATA-004
  Scenario: A port that is unbound carries nothing any more
    Given "leaf1" port "eth2" carries network "blue" on VLAN 10
    And a server "srv2" with address 10.0.0.2 on "leaf1" port "eth2" and VLAN 10
    Then within 5 seconds "srv2" and "vm1" reach each other
    When "leaf1" port "eth2" is no longer bound on VLAN 10
    Then for 5 seconds "srv2" does not reach "vm1"
    And a broadcast of "srv2" is seen by nobody
    And within 5 seconds a broadcast of "vm1" is seen by "srv1" and by nobody else
    And within 5 seconds "srv1" and "vm1" reach each other
    When "leaf1" port "eth2" is bound to network "blue" on VLAN 10
    Then within 5 seconds "srv2" and "vm1" reach each other

  @VT-DATA-005
  Scenario: A VLAN that is given to another network at once carries nothing of the old one
    Given a tenant network "red" with VNI 6000
    And a VM "vm2-red" with address 10.0.0.22 of network "red" on "kvm1"
    And "leaf1" port "eth2" carries network "blue" on VLAN 10
    And a server "srv2" with address 10.0.0.2 on "leaf1" port "eth2" and VLAN 10
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "srv1" and "srv2" reach each other
    When VLAN 10 of "leaf1" port "eth1" is taken from its network and given to network "red" at once
    Then within 5 seconds "srv1" and "vm2-red" reach each other
    And within 5 seconds a broadcast of "vm1" is seen by "srv2" and by nobody else
    And within 5 seconds a broadcast of "srv1" is seen by "vm2-red" and by nobody else
    When VLAN 10 of "leaf1" port "eth1" is taken from its network and given to network "blue" at once
    Then within 5 seconds "srv1" and "vm1" reach each other
    And a broadcast of "vm2-red" is seen by nobody
