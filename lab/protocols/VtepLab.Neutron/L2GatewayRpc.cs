namespace VtepLab.Neutron;

/// <summary>Topics, methods and versions of the calls between the L2 gateway service plugin and its agents.</summary>
public static class L2GatewayRpc
{
    /// <summary>The topic the agents serve.</summary>
    public const string AgentTopic = "l2gateway_agent";

    /// <summary>The topic the plugin serves; agents report here too, not to Neutron's own report queue.</summary>
    public const string PluginTopic = "l2gateway_plugin";

    /// <summary>Version of the agents' endpoint, and of the plugin's for everything but <see cref="ReportState"/>.</summary>
    public const string Version = "1.0";

    /// <summary>Version of <see cref="ReportState"/>.</summary>
    public const string ReportStateVersion = "1.2";

    /// <summary>The agent's type in <c>agent-list</c>.</summary>
    public const string AgentType = "L2 Gateway agent";

    /// <summary>The agent's binary in <c>agent-list</c>.</summary>
    public const string AgentBinary = "neutron-l2gateway-agent";

    /// <summary>Value of <c>l2gw_agent_type</c> in the reports of the agent that monitors; of the others it is empty.</summary>
    public const string MonitorRole = "monitor";

    /// <summary>True in the <c>configurations</c> of an agent's last report, when it ends in good order: it is not to be elected. Ours only.</summary>
    public const string StoppingMember = "stopping";

    /// <summary>
    /// The member of <c>ovsdb_data</c> that says, by list, of which rows it tells, as the texts of their UUIDs: from the first to before the second. A row
    /// in the range that is not told is not there any more. Ours only.
    /// </summary>
    public const string RangesMember = "ranges";

    /// <summary>The member of <c>ovsdb_data</c> that says, by <c>true</c>, that all parts of a dump have been told now. Ours only.</summary>
    public const string LastPartMember = "last_part";

    /// <summary>
    /// The member of <c>logical_switch_dict</c> that says, by <c>true</c>, that a new logical switch is not to be made while another one has its
    /// VNI, for tunnels would join them: a request may be late, and the VNI somebody else's by then. Ours only.
    /// </summary>
    public const string KeyIsFreeMember = "key_is_free";

    /// <summary>In the request context of our plugin: names one life of it, in which the clock of its timestamps does not step.</summary>
    public const string SenderMember = "plugin_session";

    // Plugin to agent.

    /// <summary>Fanout cast: who monitors from now on.</summary>
    public const string SetMonitorAgent = "set_monitor_agent";

    /// <summary>Call: a MAC address is behind a locator.</summary>
    public const string AddVif = "add_vif_to_gateway";

    /// <summary>Call: a MAC address has moved to another locator.</summary>
    public const string UpdateVif = "update_vif_to_gateway";

    /// <summary>Call: MAC addresses are gone from a logical switch.</summary>
    public const string DeleteVif = "delete_vif_from_gateway";

    /// <summary>Call: VLANs of ports are bound to a logical switch, or no longer.</summary>
    public const string UpdateConnection = "update_connection_to_gateway";

    /// <summary>Cast: a logical switch is no longer wanted.</summary>
    public const string DeleteNetwork = "delete_network";

    /// <summary>Cast to one of our agents, in no original: the switches that operators have assigned to it, beside those of its file.</summary>
    public const string SetOvsdbHosts = "set_ovsdb_hosts";

    /// <summary>Call to one of our agents, in no original: where a logical switch floods what it does not know, as the row <c>unknown-dst</c>.</summary>
    public const string UpdateUnknownDst = "update_unknown_dst_to_gateway";

    // Agent to plugin.

    /// <summary>Call: the heartbeat.</summary>
    public const string ReportState = "report_state";

    /// <summary>Cast: the whole content of a switch, or what has changed in it.</summary>
    public const string UpdateOvsdbChanges = "update_ovsdb_changes";

    /// <summary>Cast: which switches the agent is connected to.</summary>
    public const string NotifyOvsdbStates = "notify_ovsdb_states";
}
