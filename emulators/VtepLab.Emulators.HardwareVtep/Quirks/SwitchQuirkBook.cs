namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The quirks an emulated switch can have.</summary>
public static partial class SwitchQuirkBook
{
    // Protocol.
    internal static readonly SwitchQuirk HidesDatabase = new("hides-database", "VTEP-PRO-001", "list_dbs does not name hardware_vtep");
    internal static readonly SwitchQuirk CutsSchema = new("cuts-schema", "VTEP-PRO-002", "get_schema leaves out the table Tunnel");
    internal static readonly SwitchQuirk AnyDatabase = new("any-database", "VTEP-PRO-003", "a request for an unknown database is answered as if it were hardware_vtep");
    internal static readonly SwitchQuirk SilentUnknownMethod = new("silent-unknown-method", "VTEP-PRO-004", "an unknown method gets no reply");
    internal static readonly SwitchQuirk EchoIdAsText = new("echo-id-as-text", "VTEP-PRO-005", "the reply to an echo carries the id as a string");
    internal static readonly SwitchQuirk EchoDropsParams = new("echo-drops-params", "VTEP-PRO-005", "the reply to an echo is always []");
    internal static readonly SwitchQuirk OneRequestPerSegment = new("one-request-per-segment", "VTEP-PRO-006", "of requests that arrive together only the first is read");
    internal static readonly SwitchQuirk CountsBraces = new("counts-braces", "VTEP-PRO-007", "a request with an unbalanced brace inside a string is never answered");
    internal static readonly SwitchQuirk NoVersionColumn = new("no-version-column", "VTEP-PRO-008", "select leaves out _version");
    internal static readonly SwitchQuirk WrapsSingleSets = new("wraps-single-sets", "VTEP-PRO-009", "a set with one member is written as [\"set\",[member]]");
    internal static readonly SwitchQuirk RefusesWrappedSets = new("refuses-wrapped-sets", "VTEP-PRO-010", "[\"set\",[member]] is refused when it is written");
    internal static readonly SwitchQuirk NamedUuidBackwardsOnly = new("named-uuid-backwards-only", "VTEP-PRO-011", "a named-uuid must be defined before it is used");
    internal static readonly SwitchQuirk PartialCommit = new("partial-commit", "VTEP-PRO-012", "operations before a failing one are kept");
    internal static readonly SwitchQuirk HidesCommitError = new("hides-commit-error", "VTEP-PRO-013", "an error at commit is left out of the reply");
    internal static readonly SwitchQuirk MapInsertOverwrites = new("map-insert-overwrites", "VTEP-PRO-014", "mutate insert into a map replaces the value of a key that exists");
    internal static readonly SwitchQuirk IncludesMeansEquals = new("includes-means-equals", "VTEP-PRO-015", "the function includes is taken for ==");
    internal static readonly SwitchQuirk IgnoresWait = new("ignores-wait", "VTEP-PRO-016", "wait succeeds whatever the rows hold");
    internal static readonly SwitchQuirk WaitNeverBlocks = new("wait-never-blocks", "VTEP-PRO-017", "a wait that is not true at once times out at once");
    internal static readonly SwitchQuirk IgnoresCancel = new("ignores-cancel", "VTEP-PRO-018", "cancel has no effect");
    internal static readonly SwitchQuirk IgnoresAbort = new("ignores-abort", "VTEP-PRO-019", "abort succeeds and the transaction is committed");
    internal static readonly SwitchQuirk RefusesComment = new("refuses-comment", "VTEP-PRO-021", "comment is an unknown operation");
    internal static readonly SwitchQuirk RefusesNullMonitorId = new("refuses-null-monitor-id", "VTEP-PRO-022", "a monitor whose id is null is refused");
    internal static readonly SwitchQuirk MonitorIdAsText = new("monitor-id-as-text", "VTEP-PRO-022", "updates carry the monitor id as a string");
    internal static readonly SwitchQuirk DropsOneUpdate = new("drops-one-update", "VTEP-PRO-023", "the first monitor update of every session is lost");
    internal static readonly SwitchQuirk UpdateWithoutOld = new("update-without-old", "VTEP-PRO-023", "updates of modified rows have no \"old\"");
    internal static readonly SwitchQuirk IgnoresSelect = new("ignores-select", "VTEP-PRO-024", "the select of a monitor request is ignored");
    internal static readonly SwitchQuirk NotifiesUnchanged = new("notifies-unchanged", "VTEP-PRO-025", "an update that changes nothing gives the row a new version and is notified");
    internal static readonly SwitchQuirk UpdateAfterReply = new("update-after-reply", "VTEP-PRO-026", "the update for a transaction follows its reply");
    internal static readonly SwitchQuirk IgnoresMonitorCancel = new("ignores-monitor-cancel", "VTEP-PRO-027", "updates go on after monitor_cancel");
    internal static readonly SwitchQuirk LockAlwaysGranted = new("lock-always-granted", "VTEP-PRO-028", "lock is granted to everybody");
    internal static readonly SwitchQuirk AssertAlwaysHolds = new("assert-always-holds", "VTEP-PRO-029", "assert succeeds without the lock");
    internal static readonly SwitchQuirk LockNeverPasses = new("lock-never-passes", "VTEP-PRO-030", "nobody is told that a lock has become his");
    internal static readonly SwitchQuirk AcceptsDanglingReferences = new("accepts-dangling-references", "VTEP-PRO-031", "references to rows that do not exist are stored");
    internal static readonly SwitchQuirk KeepsGarbage = new("keeps-garbage", "VTEP-PRO-032", "rows that nothing refers to are never collected");
    internal static readonly SwitchQuirk IgnoresIndexes = new("ignores-indexes", "VTEP-PRO-033", "two rows may share the values of an index");
    internal static readonly SwitchQuirk IgnoresMaxRows = new("ignores-max-rows", "VTEP-PRO-034", "a second Global row is accepted");
    internal static readonly SwitchQuirk WritesImmutableColumns = new("writes-immutable-columns", "VTEP-PRO-035", "immutable columns can be updated");
    internal static readonly SwitchQuirk IgnoresConstraints = new("ignores-constraints", "VTEP-PRO-036", "ranges and enumerations are not enforced");
    internal static readonly SwitchQuirk ErrorInsideResult = new("error-inside-result", "VTEP-PRO-038", "errors are written into result, with error null");
    internal static readonly SwitchQuirk OneMonitoringSession = new("one-monitoring-session", "VTEP-PRO-039", "only the session that monitored last gets updates");
    internal static readonly SwitchQuirk CutsStrings = new("cuts-strings", "VTEP-PRO-040", "strings are cut at 64 characters when they are written out");
    internal static readonly SwitchQuirk IntegersAsDoubles = new("integers-as-doubles", "VTEP-PRO-041", "integers lose what a double cannot hold");
    internal static readonly SwitchQuirk ClosesOnUnknownNotification = new("closes-on-unknown-notification", "VTEP-PRO-042", "a notification of an unknown method ends the session");

    // Schema.
    internal static readonly SwitchQuirk AnnouncesOtherVersion = new("announces-other-version", "VTEP-SCH-001", "get_schema says 1.7.0 above the columns of 1.3.0");
    internal static readonly SwitchQuirk ServesFewerColumns = new("serves-fewer-columns", "VTEP-SCH-002", "get_schema shows 1.7.0, but replication_mode and the tables of ACLs do not exist");
    internal static readonly SwitchQuirk WrongCksum = new("wrong-cksum", "VTEP-SCH-003", "the published schema is announced under another cksum");
    internal static readonly SwitchQuirk MandatoryVendorColumn = new("mandatory-vendor-column", "VTEP-SCH-004", "Logical_Switch has a further column without a usable default");
    internal static readonly SwitchQuirk AllTablesAreRoots = new("all-tables-are-roots", "VTEP-SCH-005", "rows of every table live until they are deleted");
    internal static readonly SwitchQuirk FaultsSurviveRestart = new("faults-survive-restart", "VTEP-SCH-006", "ephemeral columns keep their values over a restart");
    internal static readonly SwitchQuirk EnumDefaultStored = new("enum-default-stored", "VTEP-SCH-007", "a Physical_Locator without encapsulation_type is stored");
    internal static readonly SwitchQuirk CutsNames = new("cuts-names", "VTEP-SCH-009", "names of logical switches are cut at 32 characters");
    internal static readonly SwitchQuirk HiddenMandatoryColumn = new("hidden-mandatory-column", "VTEP-SCH-010", "a Logical_Switch without tunnel_key is refused");
    internal static readonly SwitchQuirk RefusesOtherConfig = new("refuses-other-config", "VTEP-SCH-012", "keys of other_config that the switch does not know are refused");

    // Inventory.
    internal static readonly SwitchQuirk AnnouncesLate = new("announces-late", "VTEP-INV-001", "Global and Physical_Switch appear after the first write of a controller");
    internal static readonly SwitchQuirk RenamesAtRestart = new("renames-at-restart", "VTEP-INV-002", "the name of the switch changes at every restart");
    internal static readonly SwitchQuirk NoTunnelIps = new("no-tunnel-ips", "VTEP-INV-003", "tunnel_ips stays empty");
    internal static readonly SwitchQuirk DuplicatePortNames = new("duplicate-port-names", "VTEP-INV-005", "every port appears twice under one name");
    internal static readonly SwitchQuirk RenewsUuidsAtRestart = new("renews-uuids-at-restart", "VTEP-INV-008", "Physical_Switch and Physical_Port have new UUIDs after a restart");
    internal static readonly SwitchQuirk NoManagementIps = new("no-management-ips", "VTEP-INV-009", "management_ips stays empty");
    internal static readonly SwitchQuirk KeepsOverwrittenColumns = new("keeps-overwritten-columns", "VTEP-INV-012", "columns of the switch stay as a controller wrote them");

    // Bindings and locators.
    internal static readonly SwitchQuirk KeepsBindingStats = new("keeps-binding-stats", "VTEP-VLN-006", "the vlan_stats entry stays when the VLAN is unbound");
    internal static readonly SwitchQuirk SilentVlanConflict = new("silent-vlan-conflict", "VTEP-VLN-008", "a VLAN in local use is bound without a fault");
    internal static readonly SwitchQuirk FaultNeverCleared = new("fault-never-cleared", "VTEP-VLN-008", "a fault stays when its cause is gone");
    internal static readonly SwitchQuirk ForgetsVlanBinding = new("forgets-vlan-binding", "VTEP-VLN-014", "writing a VLAN binding removes the others of the port");
    internal static readonly SwitchQuirk DuplicateLocators = new("duplicate-locators", "VTEP-MAC-007", "two locators for one address are accepted");
    internal static readonly SwitchQuirk SilentBadMac = new("silent-bad-mac", "VTEP-MAC-012", "a remote MAC that is no unicast address raises no fault");
    internal static readonly SwitchQuirk WithdrawsAfterCommit = new("withdraws-after-commit", "VTEP-MAC-013", "own rows of a logical switch go only after the transaction that unbinds it");
    internal static readonly SwitchQuirk NoMcastLocal = new("no-mcast-local", "VTEP-BUM-010", "no unknown-dst row in Mcast_Macs_Local for a bound logical switch");
    internal static readonly SwitchQuirk KeepsMcastLocal = new("keeps-mcast-local", "VTEP-BUM-011", "the unknown-dst row stays after the last unbinding");

    // Tunnels.
    internal static readonly SwitchQuirk NoTunnelRows = new("no-tunnel-rows", "VTEP-TUN-001", "no Tunnel rows are made");
    internal static readonly SwitchQuirk TunnelRowPerNetwork = new("tunnel-row-per-network", "VTEP-TUN-002", "a Tunnel row for every logical switch that uses the locator");
    internal static readonly SwitchQuirk KeepsTunnelRows = new("keeps-tunnel-rows", "VTEP-TUN-003", "Tunnel rows stay when nothing uses their locator");
    internal static readonly SwitchQuirk KeepsBfdStatus = new("keeps-bfd-status", "VTEP-TUN-007", "bfd_status stays when BFD is switched off");
    internal static readonly SwitchQuirk SilentBfdLimit = new("silent-bfd-limit", "VTEP-TUN-008", "a BFD session beyond the limit has no status");
    internal static readonly SwitchQuirk NoBfdConfigLocal = new("no-bfd-config-local", "VTEP-TUN-012", "bfd_config_local stays empty");
    internal static readonly SwitchQuirk DoublesTunnelRows = new("doubles-tunnel-rows", "VTEP-TUN-014", "a Tunnel row of the controller is not used but doubled");

    // Faults.
    internal static readonly SwitchQuirk ExhaustionDeletesMacs = new("exhaustion-deletes-macs", "VTEP-FLT-001", "remote MAC rows beyond the table are deleted");
    internal static readonly SwitchQuirk SilentMacExhaustion = new("silent-mac-exhaustion", "VTEP-FLT-001", "a full MAC table raises no fault");
    internal static readonly SwitchQuirk WaitingMacsForgotten = new("waiting-macs-forgotten", "VTEP-FLT-002", "MACs that found no room are not installed when there is room again");
    internal static readonly SwitchQuirk SilentTunnelExhaustion = new("silent-tunnel-exhaustion", "VTEP-FLT-003", "a locator beyond the tunnel limit raises no fault");
    internal static readonly SwitchQuirk SilentSourceNode = new("silent-source-node", "VTEP-FLT-004", "source_node is not supported and no fault says so");
    internal static readonly SwitchQuirk SilentRouter = new("silent-router", "VTEP-FLT-005", "a Logical_Router is not supported and no fault says so");
    internal static readonly SwitchQuirk OneFaultOnly = new("one-fault-only", "VTEP-FLT-006", "a fault column shows the last fault only");
    internal static readonly SwitchQuirk FaultColumnsWritable = new("fault-columns-writable", "VTEP-FLT-008", "a controller can clear a fault column");
    internal static readonly SwitchQuirk OwnFaultWords = new("own-fault-words", "VTEP-FLT-009", "a VLAN conflict is reported as mac_table_exhaustion, which means something else");

    // Persistence and bad input.
    internal static readonly SwitchQuirk ForgetsAtRestart = new("forgets-at-restart", "VTEP-RES-002", "the database is empty after a restart");
    internal static readonly SwitchQuirk FlushesAtDisconnect = new("flushes-at-disconnect", "VTEP-RES-001", "all rows of the controller go when its session ends");
    internal static readonly SwitchQuirk CutsTunnelKey = new("cuts-tunnel-key", "VTEP-ROB-006", "a tunnel_key beyond 24 bits is cut and used");
    internal static readonly SwitchQuirk SilentSharedTunnelKey = new("silent-shared-tunnel-key", "VTEP-ROB-007", "two logical switches with one tunnel_key raise no fault");
    internal static readonly SwitchQuirk SilentBadAddress = new("silent-bad-address", "VTEP-ROB-008", "a dst_ip that is no unicast address raises no fault");
    internal static readonly SwitchQuirk HangsOnBadAddress = new("hangs-on-bad-address", "VTEP-ROB-008", "a dst_ip that is no address stops the server from answering");

    // Read when first asked: the fields above and those of the other file are set in no order that the language promises.
    private static readonly Lazy<SwitchQuirk[]> Sorted =
        new(() => [.. List().OrderBy(q => q.Requirement, StringComparer.Ordinal).ThenBy(q => q.Id, StringComparer.Ordinal)]);

    /// <summary>Every quirk, by requirement and then by name.</summary>
    public static IReadOnlyList<SwitchQuirk> All => Sorted.Value;

    /// <summary>The quirk of a name, or null.</summary>
    public static SwitchQuirk? Find(string id) => Array.Find(Sorted.Value, q => q.Id == id);

    private static SwitchQuirk[] List() =>
    [
        HidesDatabase, CutsSchema, AnyDatabase, SilentUnknownMethod, EchoIdAsText, EchoDropsParams, OneRequestPerSegment,
        CountsBraces, NoVersionColumn, WrapsSingleSets, RefusesWrappedSets, NamedUuidBackwardsOnly, PartialCommit,
        HidesCommitError, MapInsertOverwrites, IncludesMeansEquals, IgnoresWait, WaitNeverBlocks, IgnoresCancel, IgnoresAbort,
        RefusesComment, RefusesNullMonitorId, MonitorIdAsText, DropsOneUpdate, UpdateWithoutOld, IgnoresSelect,
        NotifiesUnchanged, UpdateAfterReply, IgnoresMonitorCancel, LockAlwaysGranted, AssertAlwaysHolds, LockNeverPasses,
        AcceptsDanglingReferences, KeepsGarbage, IgnoresIndexes, IgnoresMaxRows, WritesImmutableColumns, IgnoresConstraints,
        ErrorInsideResult, OneMonitoringSession, CutsStrings, IntegersAsDoubles, ClosesOnUnknownNotification,
        AnnouncesOtherVersion, ServesFewerColumns, WrongCksum, MandatoryVendorColumn, AllTablesAreRoots, FaultsSurviveRestart,
        EnumDefaultStored, CutsNames, HiddenMandatoryColumn, RefusesOtherConfig,
        AnnouncesLate, RenamesAtRestart, NoTunnelIps, DuplicatePortNames, RenewsUuidsAtRestart, NoManagementIps,
        KeepsOverwrittenColumns,
        KeepsBindingStats, SilentVlanConflict, FaultNeverCleared, ForgetsVlanBinding, DuplicateLocators, SilentBadMac,
        WithdrawsAfterCommit, NoMcastLocal, KeepsMcastLocal,
        NoTunnelRows, TunnelRowPerNetwork, KeepsTunnelRows, KeepsBfdStatus, SilentBfdLimit, NoBfdConfigLocal,
        DoublesTunnelRows,
        ExhaustionDeletesMacs, SilentMacExhaustion, WaitingMacsForgotten, SilentTunnelExhaustion, SilentSourceNode,
        SilentRouter, OneFaultOnly, FaultColumnsWritable, OwnFaultWords,
        ForgetsAtRestart, FlushesAtDisconnect, CutsTunnelKey, SilentSharedTunnelKey, SilentBadAddress, HangsOnBadAddress,
        .. FrameQuirks(),
    ];
}
