namespace VtepLab.Emulators.HardwareVtep;

/// <content>What frames show: the ways in which a switch forwards other than its database says.</content>
public static partial class SwitchQuirkBook
{
    internal static readonly SwitchQuirk UntaggedIsAny = new("untagged-is-any", "VTEP-VLN-003", "a binding of VLAN 0 takes the frames of every unbound VLAN", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsInnerTag = new("keeps-inner-tag", "VTEP-DAT-007", "frames enter the tunnel with their VLAN tag", NeedsFrames: true);
    internal static readonly SwitchQuirk LearnsGroupSources = new("learns-group-sources", "VTEP-LRN-014", "a frame from a group address is learned and forwarded", NeedsFrames: true);
    internal static readonly SwitchQuirk PublishesNothing = new("publishes-nothing", "VTEP-LRN-001", "addresses are not learned", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsLocalMacs = new("keeps-local-macs", "VTEP-LRN-008", "learned addresses stay when their VLAN is unbound", NeedsFrames: true);
    internal static readonly SwitchQuirk LearnsFromTunnels = new("learns-from-tunnels", "VTEP-LRN-009", "addresses behind a tunnel are published as local", NeedsFrames: true);
    internal static readonly SwitchQuirk CopiesToAllServiceNodes = new("copies-to-all-service-nodes", "VTEP-BUM-002", "a flooded frame goes to every service node", NeedsFrames: true);
    internal static readonly SwitchQuirk OneCopyAtSource = new("one-copy-at-source", "VTEP-BUM-003", "in source_node mode a flooded frame goes to one member only", NeedsFrames: true);
    internal static readonly SwitchQuirk FloodsIntoTunnels = new("floods-into-tunnels", "VTEP-BUM-005", "a flooded frame from a tunnel goes into other tunnels", NeedsFrames: true);
    internal static readonly SwitchQuirk OtherVxlanPort = new("other-vxlan-port", "VTEP-DAT-001", "VXLAN is sent to UDP port 8472", NeedsFrames: true);
    internal static readonly SwitchQuirk DropsReservedBits = new("drops-reserved-bits", "VTEP-DAT-002", "a VXLAN header with reserved bits set is dropped", NeedsFrames: true);
    internal static readonly SwitchQuirk AcceptsClearFlag = new("accepts-clear-flag", "VTEP-DAT-003", "a VXLAN header without the I flag is accepted", NeedsFrames: true);
    internal static readonly SwitchQuirk DropsZeroChecksum = new("drops-zero-checksum", "VTEP-DAT-004", "VXLAN without UDP checksum is dropped", NeedsFrames: true);
    internal static readonly SwitchQuirk ConstantSourcePort = new("constant-source-port", "VTEP-DAT-005", "every flow has the same UDP source port", NeedsFrames: true);
    internal static readonly SwitchQuirk AcceptsInnerTags = new("accepts-inner-tags", "VTEP-DAT-006", "frames with a VLAN tag inside the tunnel are forwarded", NeedsFrames: true);
    internal static readonly SwitchQuirk ForwardsLinkLocal = new("forwards-link-local", "VTEP-DAT-014", "frames to link-local group addresses are forwarded", NeedsFrames: true);
    internal static readonly SwitchQuirk ForwardsBetweenTunnels = new("forwards-between-tunnels", "VTEP-DAT-017", "a frame from a tunnel to an address behind another tunnel is passed on", NeedsFrames: true);

    // VLANs of ports.
    internal static readonly SwitchQuirk DropsUntagged = new("drops-untagged", "VTEP-VLN-003", "untagged frames are dropped although VLAN 0 is bound", NeedsFrames: true);
    internal static readonly SwitchQuirk VlanIsGlobal = new("vlan-is-global", "VTEP-VLN-004", "a VLAN belongs to the network of the first port that binds it, on every port", NeedsFrames: true);
    internal static readonly SwitchQuirk WrongEgressTag = new("wrong-egress-tag", "VTEP-VLN-005", "frames leave every port with the VLAN of the first port of the network", NeedsFrames: true);
    internal static readonly SwitchQuirk LeaksUnboundVlans = new("leaks-unbound-vlans", "VTEP-VLN-013", "frames of an unbound VLAN enter the first network of the port", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsOldBinding = new("keeps-old-binding", "VTEP-VLN-007", "a VLAN that is bound to another logical switch stays with the former", NeedsFrames: true);
    internal static readonly SwitchQuirk StripsEgressTag = new("strips-egress-tag", "VTEP-VLN-002", "frames leave every port untagged", NeedsFrames: true);
    internal static readonly SwitchQuirk SwapsCounters = new("swaps-counters", "VTEP-VLN-011", "counters of both directions are exchanged", NeedsFrames: true);

    // Networks and VNIs.
    internal static readonly SwitchQuirk IgnoresLateTunnelKey = new("ignores-late-tunnel-key", "VTEP-VLN-009", "a tunnel_key that is set after the logical switch was made is not used", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsOldVni = new("keeps-old-vni", "VTEP-MAC-015", "a changed tunnel_key is not used", NeedsFrames: true);
    internal static readonly SwitchQuirk WrongVni = new("wrong-vni", "VTEP-DAT-001", "frames carry the VNI plus one", NeedsFrames: true);
    internal static readonly SwitchQuirk UnknownVniIsAny = new("unknown-vni-is-any", "VTEP-DAT-010", "frames of an unknown VNI are delivered to the first network", NeedsFrames: true);
    internal static readonly SwitchQuirk IgnoresLocatorKey = new("ignores-locator-key", "VTEP-MAC-016", "the tunnel_key of a locator is not used", NeedsFrames: true);

    // Remote addresses.
    internal static readonly SwitchQuirk FloodsKnownUnicast = new("floods-known-unicast", "VTEP-MAC-001", "frames to a known remote address are flooded", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsDeletedMacs = new("keeps-deleted-macs", "VTEP-MAC-002", "remote addresses stay installed when their row is deleted", NeedsFrames: true);
    internal static readonly SwitchQuirk TakesLowerCaseOnly = new("takes-lower-case-only", "VTEP-SCH-008", "a remote address in capitals is not installed and nothing says so", NeedsFrames: true);
    internal static readonly SwitchQuirk SendsToItself = new("sends-to-itself", "VTEP-MAC-011", "a remote address at the own tunnel address is installed", NeedsFrames: true);
    internal static readonly SwitchQuirk LosesSecondRow = new("loses-second-row", "VTEP-MAC-006", "of two rows of one remote address the deletion of one removes both from the hardware", NeedsFrames: true);
    internal static readonly SwitchQuirk FirstLocatorWins = new("first-locator-wins", "VTEP-MAC-003", "a changed locator of a remote address is not used", NeedsFrames: true);
    internal static readonly SwitchQuirk MacTableIsGlobal = new("mac-table-is-global", "VTEP-MAC-004", "a remote address is used in every network", NeedsFrames: true);
    internal static readonly SwitchQuirk RemoteRowBlocksLearning = new("remote-row-blocks-learning", "VTEP-LRN-007", "an address with a remote row is not learned on a port", NeedsFrames: true);
    internal static readonly SwitchQuirk LearnsFarEnds = new("learns-far-ends", "VTEP-DAT-011", "a frame from a tunnel moves the remote address to its sender", NeedsFrames: true);

    // Flooding.
    internal static readonly SwitchQuirk FloodsBroadcastOnly = new("floods-broadcast-only", "VTEP-BUM-001", "unknown unicast and multicast frames enter no tunnel", NeedsFrames: true);
    internal static readonly SwitchQuirk IgnoresHealth = new("ignores-health", "VTEP-BUM-004", "the service node is chosen without regard to BFD", NeedsFrames: true);
    internal static readonly SwitchQuirk DropsWithoutList = new("drops-without-list", "VTEP-BUM-006", "without a flood list nothing is flooded, not even to ports", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsFloodList = new("keeps-flood-list", "VTEP-BUM-007", "the first flood list of a network stays in use", NeedsFrames: true);
    internal static readonly SwitchQuirk LastFloodRowWins = new("last-flood-row-wins", "VTEP-BUM-014", "of several unknown-dst rows only the last is used", NeedsFrames: true);
    internal static readonly SwitchQuirk FewCopies = new("few-copies", "VTEP-BUM-008", "no more than two copies of a flooded frame are made", NeedsFrames: true);
    internal static readonly SwitchQuirk ReadsModeOnce = new("reads-mode-once", "VTEP-BUM-009", "replication_mode is read when the logical switch is made and never again", NeedsFrames: true);
    internal static readonly SwitchQuirk GroupReplacesFlooding = new("group-replaces-flooding", "VTEP-BUM-012", "a row of a group address replaces the flood list", NeedsFrames: true);
    internal static readonly SwitchQuirk IgnoresGroups = new("ignores-groups", "VTEP-BUM-012", "rows of group addresses are ignored", NeedsFrames: true);
    internal static readonly SwitchQuirk CopiesToItself = new("copies-to-itself", "VTEP-BUM-013", "a flood list that names the switch makes it send to itself", NeedsFrames: true);

    // Learning.
    internal static readonly SwitchQuirk NeverAges = new("never-ages", "VTEP-LRN-002", "learned addresses never age", NeedsFrames: true);
    internal static readonly SwitchQuirk StaysDeleted = new("stays-deleted", "VTEP-LRN-012", "a row of a learned address that a controller deletes does not come back", NeedsFrames: true);
    internal static readonly SwitchQuirk RewritesLocalRows = new("rewrites-local-rows", "VTEP-LRN-003", "rows of learned addresses are deleted and inserted at every look", NeedsFrames: true);
    internal static readonly SwitchQuirk LearnsOnce = new("learns-once", "VTEP-LRN-004", "an address is learned in one network only", NeedsFrames: true);
    internal static readonly SwitchQuirk NeverMoves = new("never-moves", "VTEP-LRN-005", "an address stays on the port where it was seen first", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsMovedMacs = new("keeps-moved-macs", "VTEP-LRN-006", "a learned address stays published when a remote row for it appears", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsMacsOfDownPorts = new("keeps-macs-of-down-ports", "VTEP-LRN-010", "learned addresses stay when their port goes down", NeedsFrames: true);

    // Outer headers.
    internal static readonly SwitchQuirk WrongChecksum = new("wrong-checksum", "VTEP-DAT-005", "the outer UDP checksum is not zero and wrong", NeedsFrames: true);
    internal static readonly SwitchQuirk OnePortForIPv6 = new("one-port-for-ipv6", "VTEP-DAT-016", "all IPv6 flows have the same UDP source port", NeedsFrames: true);
    internal static readonly SwitchQuirk AddsFourBytes = new("adds-four-bytes", "VTEP-DAT-013", "frames in tunnels are four bytes longer than they were", NeedsFrames: true);
    internal static readonly SwitchQuirk Fragments = new("fragments", "VTEP-DAT-008", "packets beyond the MTU of the underlay are fragmented", NeedsFrames: true);
    internal static readonly SwitchQuirk SourceIsManagement = new("source-is-management", "VTEP-DAT-012", "tunnels start from the management address", NeedsFrames: true);
    internal static readonly SwitchQuirk LowTtl = new("low-ttl", "VTEP-DAT-012", "the outer TTL is 1", NeedsFrames: true);

    // BFD on the wire.
    internal static readonly SwitchQuirk SendsNoBfd = new("sends-no-bfd", "VTEP-TUN-004", "bfd_params are accepted and no BFD packet is sent", NeedsFrames: true);
    internal static readonly SwitchQuirk BfdLies = new("bfd-lies", "VTEP-TUN-006", "bfd_status says up and forwarding whatever the peer does", NeedsFrames: true);
    internal static readonly SwitchQuirk RefusesBfdKeys = new("refuses-bfd-keys", "VTEP-TUN-013", "bfd_params with a key beyond enable, min_tx, min_rx and cpath_down end the session", NeedsFrames: true);
    internal static readonly SwitchQuirk BfdStateFrozen = new("bfd-state-frozen", "VTEP-TUN-005", "bfd_status says down whatever the session does", NeedsFrames: true);
    internal static readonly SwitchQuirk IgnoresPathDown = new("ignores-path-down", "VTEP-TUN-009", "cpath_down is neither sent nor heeded", NeedsFrames: true);
    internal static readonly SwitchQuirk IgnoresBfdTimers = new("ignores-bfd-timers", "VTEP-TUN-010", "min_tx and min_rx are not used", NeedsFrames: true);
    internal static readonly SwitchQuirk IgnoresBfdDestination = new("ignores-bfd-destination", "VTEP-TUN-011", "bfd_config_remote is not used", NeedsFrames: true);
    internal static readonly SwitchQuirk AcceptsRoutedBfd = new("accepts-routed-bfd", "VTEP-TUN-015", "BFD packets with any TTL are accepted", NeedsFrames: true);

    // Routers.
    internal static readonly SwitchQuirk KeepsTtl = new("keeps-ttl", "VTEP-OPT-001", "routed packets keep their TTL", NeedsFrames: true);
    internal static readonly SwitchQuirk SilentInterfaces = new("silent-interfaces", "VTEP-OPT-001", "the address of a router interface answers neither ARP nor ping", NeedsFrames: true);
    internal static readonly SwitchQuirk FirstRouteWins = new("first-route-wins", "VTEP-OPT-002", "the first static route that matches is used, not the longest", NeedsFrames: true);
    internal static readonly SwitchQuirk OneVrf = new("one-vrf", "VTEP-OPT-003", "routers share their routes", NeedsFrames: true);
    internal static readonly SwitchQuirk SilentRouterConflict = new("silent-router-conflict", "VTEP-OPT-004", "interfaces and routes that cannot be made raise no fault", NeedsFrames: true);
    internal static readonly SwitchQuirk SilentRouterLimits = new("silent-router-limits", "VTEP-OPT-004", "a router beyond the limit raises no fault", NeedsFrames: true);
    internal static readonly SwitchQuirk NoArpSources = new("no-arp-sources", "VTEP-OPT-005", "Arp_Sources_Local stays empty", NeedsFrames: true);
    internal static readonly SwitchQuirk IgnoresArpSources = new("ignores-arp-sources", "VTEP-OPT-006", "Arp_Sources_Remote is ignored", NeedsFrames: true);

    // Access lists.
    internal static readonly SwitchQuirk IgnoresSequence = new("ignores-sequence", "VTEP-OPT-007", "rules are asked in the order they were made, not by sequence", NeedsFrames: true);
    internal static readonly SwitchQuirk DeniesByDefault = new("denies-by-default", "VTEP-OPT-007", "a frame that matches no rule of a list is dropped", NeedsFrames: true);
    internal static readonly SwitchQuirk VlanAclIsPortAcl = new("vlan-acl-is-port-acl", "VTEP-OPT-008", "a list on one VLAN of a port applies to the whole port", NeedsFrames: true);
    internal static readonly SwitchQuirk IgnoresEgressRules = new("ignores-egress-rules", "VTEP-OPT-008", "egress rules are ignored", NeedsFrames: true);
    internal static readonly SwitchQuirk InstallsHalfAcls = new("installs-half-acls", "VTEP-OPT-009", "of a list with a bad rule the good ones are installed", NeedsFrames: true);
    internal static readonly SwitchQuirk OpensWhileChanging = new("opens-while-changing", "VTEP-OPT-010", "a list that changes is taken away first and installed with the next change", NeedsFrames: true);
    internal static readonly SwitchQuirk SilentBadAcl = new("silent-bad-acl", "VTEP-OPT-009", "a list that cannot be installed raises no fault", NeedsFrames: true);
    internal static readonly SwitchQuirk AclOnWholeRouter = new("acl-on-whole-router", "VTEP-OPT-011", "a list on one interface of a router applies to all of them", NeedsFrames: true);
    internal static readonly SwitchQuirk KeepsUnboundAcls = new("keeps-unbound-acls", "VTEP-OPT-012", "a list stays in the hardware when it is unbound", NeedsFrames: true);

    private static SwitchQuirk[] FrameQuirks() =>
    [
        UntaggedIsAny, KeepsInnerTag, LearnsGroupSources, PublishesNothing, KeepsLocalMacs, LearnsFromTunnels,
        CopiesToAllServiceNodes, OneCopyAtSource, FloodsIntoTunnels, OtherVxlanPort, DropsReservedBits, AcceptsClearFlag,
        DropsZeroChecksum, ConstantSourcePort, AcceptsInnerTags, ForwardsLinkLocal, ForwardsBetweenTunnels, DropsUntagged,
        VlanIsGlobal, WrongEgressTag, LeaksUnboundVlans, SwapsCounters, IgnoresLateTunnelKey, KeepsOldVni, WrongVni,
        UnknownVniIsAny, IgnoresLocatorKey, FloodsKnownUnicast, KeepsDeletedMacs, FirstLocatorWins, MacTableIsGlobal,
        RemoteRowBlocksLearning, LearnsFarEnds, FloodsBroadcastOnly, IgnoresHealth, DropsWithoutList, KeepsFloodList, FewCopies,
        ReadsModeOnce, GroupReplacesFlooding, IgnoresGroups, CopiesToItself, NeverAges, LearnsOnce, NeverMoves, KeepsMovedMacs,
        KeepsMacsOfDownPorts, WrongChecksum, Fragments, SourceIsManagement, LowTtl, SendsNoBfd, BfdLies, IgnoresPathDown,
        IgnoresBfdTimers, IgnoresBfdDestination, AcceptsRoutedBfd, KeepsTtl, SilentInterfaces, FirstRouteWins, OneVrf,
        SilentRouterConflict, SilentRouterLimits, NoArpSources, IgnoresArpSources, IgnoresSequence, DeniesByDefault,
        VlanAclIsPortAcl, IgnoresEgressRules, InstallsHalfAcls, SilentBadAcl, AclOnWholeRouter, KeepsUnboundAcls,
        StripsEgressTag, KeepsOldBinding, LosesSecondRow, SendsToItself, TakesLowerCaseOnly, LastFloodRowWins, RewritesLocalRows,
        StaysDeleted, AddsFourBytes, OnePortForIPv6, BfdStateFrozen, RefusesBfdKeys, OpensWhileChanging,
    ];
}
