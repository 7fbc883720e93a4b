@dataplane
Feature: Traffic stops where it has to and comes back when it can

  Background:
    Given a switch "leaf1" in the fabric with tunnel address 192.0.2.11 and ports "eth1" and "eth2"
    And a switch "leaf2" in the fabric with tunnel address 192.0.2.12 and ports "eth1" and "eth2"
    And a hypervisor "kvm1" with tunnel address 192.0.2.21
    And a tenant network "blue" with VNI 5000
    And "leaf1" port "eth1" carries network "blue" on VLAN 10
    And "leaf2" port "eth1" carries network "blue" on VLAN 10
    And a server "srv1" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 10
    And a server "srv2" with address 10.0.0.2 on "leaf2" port "eth1" and VLAN 10
    And a VM "vm1" with address 10.0.0.21 of network "blue" on "kvm1"

  @VT-DATA-030
  Scenario: A tunnel that goes down is seen by BFD
    Given the switches watch their tunnels to each other by BFD
    Then within 5 seconds "srv1" and "srv2" reach each other
    And within 10 seconds "leaf1" says that its tunnel to "leaf2" is up
    And within 10 seconds "leaf2" says that its tunnel to "leaf1" is up
    When the underlay cable of "leaf2" is cut
    Then within 5 seconds "leaf1" says that its tunnel to "leaf2" is down
    And for 3 seconds "srv1" does not reach "srv2"
    And within 5 seconds "srv1" and "vm1" reach each other
    When the underlay cable of "leaf2" is mended
    Then within 10 seconds "leaf1" says that its tunnel to "leaf2" is up
    And within 10 seconds "srv1" and "srv2" reach each other

  @VT-DATA-031
  Scenario: A switch reboots in the middle of traffic
    Then within 5 seconds "srv1" and "vm1" reach each other
    When "srv1" sends a datagram to "vm1" every 100 milliseconds for 30 seconds, and meanwhile "leaf1" loses power for 5 seconds
    Then within 5 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "srv2" and "srv1" reach each other
    And "vm1" has got at least 230 and at most 260 datagrams from "srv1", none of them twice

  @VT-DATA-040 @chaos
  Scenario: Machines talk, move and come back while anything may break
    Given a hypervisor "kvm2" with tunnel address 192.0.2.22
    And a tenant network "red" with VNI 6000
    And "leaf1" port "eth2" carries network "blue" on VLAN 10
    And "leaf1" port "eth1" carries network "red" on VLAN 20
    And "leaf2" port "eth2" carries network "red" on VLAN 10
    And a server "srv1-red" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 20
    And a server "srv3-red" with address 10.0.0.3 on "leaf2" port "eth2" and VLAN 10
    And a VM "vm2" with address 10.0.0.22 of network "blue" on "kvm2"
    And a VM "vm2-red" with address 10.0.0.22 of network "red" on "kvm2"
    When for 120 seconds everybody talks, VMs migrate between "kvm1" and "kvm2", and "leaf1", "leaf2", "kvm1", "kvm2", "vm1" and "srv1" and every cable may break in any way
    Then within 90 seconds "srv1" and "vm1" reach each other
    And within 5 seconds "srv2" and "vm2" reach each other
    And within 5 seconds "srv1-red" and "srv3-red" reach each other
    And within 5 seconds "srv3-red" and "vm2-red" reach each other
    And within 5 seconds a broadcast of "vm1" is seen by "srv1", "srv2" and "vm2" and by nobody else
    And within 5 seconds a broadcast of "srv1-red" is seen by "srv3-red" and "vm2-red" and by nobody else
