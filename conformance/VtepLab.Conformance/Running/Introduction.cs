using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;
using VtepLab.Results;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Running;

/// <summary>Makes the first connection and finds out who is at its other end.</summary>
public static class Introduction
{
    private static readonly ImmutableArray<string> KnownVersions =
        ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.4.1", "1.5.0", "1.5.1", "1.6.0", "1.7.0"];

    private static readonly string[] ControllerTables =
    [
        "Logical_Switch", "Ucast_Macs_Remote", "Mcast_Macs_Remote", "Logical_Router", "Arp_Sources_Remote", "ACL", "ACL_entry",
    ];

    /// <summary>Connects, and reads the schema.</summary>
    /// <returns>The connection and the schema as it came; null for a schema that cannot be read at all.</returns>
    /// <exception cref="CertificationException">The device is not there, or it is no hardware_vtep device.</exception>
    public static async Task<(WireSession Session, JsonElement? Schema)> MeetAsync(
        DeviceLink link, CertificationOptions options, CancellationToken cancel)
    {
        WireSession session;
        try
        {
            session = await link.OpenAsync("ctl", null, options.ConnectWithin, cancel);
        }
        catch (NetworkException e)
        {
            throw new CertificationException(CertificationFault.Unreachable, $"cannot reach the device: {e.Message}", e);
        }

        try
        {
            var timing = options.Device.Timing;
            var databases = await AskAsync(session, "list_dbs", [], timing.Reply, cancel);
            if (databases is null)
            {
                throw new CertificationException(CertificationFault.Unreachable, $"{link.Endpoint} does not speak OVSDB: {What(session)}");
            }

            var schema = await AskAsync(session, "get_schema", Ovs.Array(Tester.Database), timing.Reply, cancel);
            if (schema?.Result is { ValueKind: JsonValueKind.Object } found && found.Member("tables") is not null)
            {
                return (session, found);
            }

            var names = databases.Result is { ValueKind: JsonValueKind.Array } list
                ? list.EnumerateArray().Select(n => n.Text()).OfType<string>().ToList()
                : [];
            if (!names.Contains(Tester.Database))
            {
                throw new CertificationException(
                    CertificationFault.Unreachable,
                    $"{link.Endpoint} serves no database {Tester.Database}, but {(names.Count == 0 ? "none at all" : string.Join(", ", names))}");
            }

            return (session, null);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a person should know of the announced version; null when there is nothing to say.</summary>
    public static string? VersionNotice(string version)
    {
        if (KnownVersions.Contains(version))
        {
            return null;
        }

        var known = $"this tool knows {KnownVersions[0]} to {KnownVersions[^1]}";
        return Version.TryParse(version, out var found)
            ? found > Version.Parse(KnownVersions[^1])
                ? $"the device announces hardware_vtep {version}, which is newer than all that is known ({known}); what is new in it is not checked"
                : $"the device announces hardware_vtep {version}, which is not among the published ones ({known}); checks go by its columns"
            : $"the device announces no usable schema version ('{version}'); checks go by its columns";
    }

    /// <summary>What a controller has configured on the device, in words; empty for nothing.</summary>
    public static IReadOnlyList<string> Configuration(Snapshot snapshot)
    {
        var rows = ControllerTables.Select(t => (Table: t, Count: snapshot.Rows(t).Count())).Where(t => t.Count > 0)
            .Select(t => CheckContext.Rows(t.Count, t.Table));
        var bindings = snapshot.Rows("Physical_Port").Where(p => p.Map("vlan_bindings").Count > 0).Select(p => $"bindings on port {p.Text("name")}");
        return [.. rows, .. bindings];
    }

    /// <summary>Who the device says it is.</summary>
    public static DeviceIdentity Identity(CertificationOptions options, DeviceSchema schema, Snapshot snapshot)
    {
        var switches = snapshot.Rows("Physical_Switch").OrderBy(s => s.Text("name"), StringComparer.Ordinal).ToList();
        return new DeviceIdentity(
            options.Endpoint.ToString(),
            [.. switches.Select(s => s.Text("name"))],
            switches.Count > 0 ? switches[0].Text("description") : "",
            [.. switches.SelectMany(s => s.Texts("management_ips"))],
            [.. switches.SelectMany(s => s.Texts("tunnel_ips"))],
            [.. snapshot.Rows("Physical_Port").Select(p => p.Text("name")).Order(StringComparer.Ordinal)],
            schema.Version, schema.Checksum, options.Device.Vendor, options.Device.Model, options.Device.Firmware);
    }

    private static async Task<Reply?> AskAsync(WireSession session, string method, JsonArray parameters, TimeSpan within, CancellationToken cancel)
    {
        var request = await session.SendRequestAsync(method, parameters);
        return await request.ReplyAsync(within, cancel);
    }

    private static string What(WireSession session) => session switch
    {
        { Garbage: { } garbage } => $"it answers {Quoted(garbage)}",
        { ClosedBecause: { } because } => because,
        { StrayReplies: [var stray, ..] } => $"it answers {WireText.Short(stray.GetRawText(), 80)}",
        _ => "no answer to list_dbs",
    };

    private static string Quoted(byte[] bytes)
    {
        var text = new StringBuilder("'");
        foreach (var c in WireText.Of(bytes.AsSpan(0, Math.Min(bytes.Length, 60))).TakeWhile(c => c is not '\n' and not '\r'))
        {
            text.Append(char.IsControl(c) ? '.' : c);
        }

        return text.Append('\'').ToString();
    }
}
