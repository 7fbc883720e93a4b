@dataplane
Feature: Frames for everybody reach everybody once, whoever replicates them

  Background:
    Given a switch "leaf1" in the fabric with tunnel address 192.0.2.11 and ports "eth1" and "eth2"
    And a switch "leaf2" in the fabric with tunnel address 192.0.2.12 and ports "eth1" and "eth2"
    And a hypervisor "kvm1" with tunnel address 192.0.2.21
    And a hypervisor "kvm2" with tunnel address 192.0.2.22
    And a service node "sn1" with tunnel address 192.0.2.31
    And a service node "sn2" with tunnel address 192.0.2.32

  @VT-DATA-010
  Scenario Outline: Broadcasts with <mode> replication
    Given a tenant network "blue" with VNI 5000 and replication mode <mode>
    And "leaf1" port "eth1" carries network "blue" on VLAN 10
    And "leaf1" port "eth2" carries network "blue" on VLAN 0
    And "leaf2" port "eth1" carries network "blue" on VLAN 30
    And a server "srv1" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 10
    And a server "srv2" with address 10.0.0.2 on "leaf1" port "eth2" and VLAN 0
    And a server "srv3" with address 10.0.0.3 on "leaf2" port "eth1" and VLAN 30
    And a VM "vm1" with address 10.0.0.21 of network "blue" on "kvm1"
    And a VM "vm2" with address 10.0.0.22 of network "blue" on "kvm1"
    And a VM "vm3" with address 10.0.0.23 of network "blue" on "kvm2"
    Then within 5 seconds a broadcast of "srv1" is seen by "srv2", "srv3", "vm1", "vm2" and "vm3" and by nobody else
    And within 5 seconds a broadcast of "srv3" is seen by "srv1", "srv2", "vm1", "vm2" and "vm3" and by nobody else
    And within 5 seconds a broadcast of "vm1" is seen by "srv1", "srv2", "srv3", "vm2" and "vm3" and by nobody else

    Examples:
      | mode         |
      | source_node  |
      | service_node |
