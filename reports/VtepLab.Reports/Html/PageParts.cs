using System.Collections.Immutable;
using System.Globalization;
using VtepLab.Results;

namespace VtepLab.Reports.Html;

/// <summary>A line of the device's identity.</summary>
internal sealed record IdentityLine(string Name, string Value, bool IsCode = false);

/// <summary>A count with its look.</summary>
internal sealed record Tally(string Key, string Glyph, string Word, int Count, bool IsNone)
{
    public static Tally Of(VerdictLook look, int count) => new(look.Key, look.Glyph, look.Word, count, count == 0);
}

/// <summary>A stretch of the bar of totals.</summary>
internal sealed record Segment(string Key, int X, int Width);

/// <summary>A row of the table of levels.</summary>
internal sealed record LevelRow(string Word, ImmutableArray<Tally> Counts, int All)
{
    public static LevelRow Of(CertificationRun run, RequirementLevel level)
    {
        var counts = PageModel.Tallies(
            [.. run.Checks.Where(c => c.Requirement.Level == level)], run.NotCovered.Count(r => r.Level == level));
        return new LevelRow(Words.Of(level), counts, counts.Sum(c => c.Count));
    }
}

/// <summary>A declared deviation.</summary>
internal sealed record DeviationRow(string Id, string Key, string Word, string Reason, string Issue, string Until)
{
    public static DeviationRow Of(DeviationOutcome outcome)
    {
        var (look, d) = (VerdictLook.Of(outcome.Use), outcome.Deviation);
        return new DeviationRow(d.Id, look.Key, look.Word, d.Reason, d.Issue, DateOf(d.Until));
    }

    /// <summary>The last day, or that there is none.</summary>
    public static string DateOf(DateOnly? until) => until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "no end given";
}

/// <summary>The negative control.</summary>
internal sealed record ControlModel(string Sentence, ImmutableArray<ControlRow> Entries)
{
    public static ControlModel Of(NegativeControl control)
    {
        var caught = control.Entries.Count(e => e.IsCaught);
        var blamed = control.GoodSwitchBlamed.IsEmpty ? "blamed none" : $"blamed {control.GoodSwitchBlamed.Length} wrongly ({string.Join(", ", control.GoodSwitchBlamed)})";
        return new ControlModel(
            $"It caught {caught} of {Spans.Count(control.Entries.Length, "broken switch", "broken switches")}; in {Spans.Count(control.GoodSwitchChecks, "check")} of good switches it {blamed}.",
            [.. control.Entries.Select(ControlRow.Of)]);
    }
}

/// <summary>One broken switch of the negative control.</summary>
internal sealed record ControlRow(string Quirk, string Requirement, string Key, string Glyph, string Word)
{
    public static ControlRow Of(NegativeControlEntry entry) => entry.IsCaught
        ? new ControlRow(entry.Quirk, entry.Requirement, "pass", "✓", "caught")
        : new ControlRow(entry.Quirk, entry.Requirement, "fail", "✕", "missed");
}

/// <summary>The device's identity, as lines.</summary>
internal static class DeviceLines
{
    private const int PortsShown = 8;

    /// <summary>The name to put in a heading.</summary>
    public static string Name(DeviceIdentity? device) =>
        device is null ? "unknown device" : device.SwitchNames.IsEmpty ? device.Endpoint : string.Join(", ", device.SwitchNames);

    /// <summary>What is known; what the device leaves empty is left out.</summary>
    public static ImmutableArray<IdentityLine> Of(DeviceIdentity? device)
    {
        if (device is null)
        {
            return [];
        }

        var ports = string.Join(", ", device.Ports.Take(PortsShown)) + (device.Ports.Length > PortsShown ? $" and {device.Ports.Length - PortsShown} more" : "");
        IdentityLine[] lines =
        [
            new("Vendor", device.Vendor),
            new("Model", device.Model),
            new("Firmware", device.Firmware),
            new("Description", device.Description),
            new("Reached at", device.Endpoint, true),
            new("Management", string.Join(", ", device.ManagementIps), true),
            new("Tunnel address", string.Join(", ", device.TunnelIps), true),
            new("Ports", device.Ports.IsEmpty ? "" : $"{device.Ports.Length}: {ports}"),
            new("Schema", device.SchemaVersion.Length == 0 ? "" : $"hardware_vtep {device.SchemaVersion}"),
            new("Schema checksum", device.SchemaChecksum, true),
        ];
        return [.. lines.Where(l => l.Value.Length > 0)];
    }
}
