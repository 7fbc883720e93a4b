using System.Text.Json;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Harness;

/// <summary>A registered monitor (RFC 7047 section 4.1.5) and the updates that come for it.</summary>
/// <param name="context">The running check.</param>
/// <param name="controller">Whose it is.</param>
/// <param name="id">Its id, in canonical form.</param>
/// <param name="initial">The initial contents.</param>
public sealed class Monitor(CheckContext context, Controller controller, string id, JsonElement initial)
{
    /// <summary>The initial contents: tables, rows by UUID.</summary>
    public JsonElement Initial => initial;

    /// <summary>Updates that have come and that nobody has taken, in order.</summary>
    public IReadOnlyList<Notification> Waiting => [.. controller.Session.Notifications.Where(IsOurs)];

    /// <summary>The next update; none in time is a failure of the check.</summary>
    public async Task<Update> NextAsync(string expected)
    {
        var update = await controller.Session.NextAsync(IsOurs, context.Timing.Database, context.Cancel);
        if (update is null)
        {
            context.Fail(expected, $"no update within {context.Timing.Database.TotalSeconds:0.###} s");
        }

        return new Update(update!);
    }

    /// <summary>Nothing may come for a while.</summary>
    public async Task ExpectSilenceAsync(string expected)
    {
        var update = await controller.Session.NextAsync(IsOurs, context.Timing.Quiet, context.Cancel);
        context.Expect(update is null, expected, update is null ? "no update" : WireText.Short(update.Parameters.GetRawText()));
    }

    private bool IsOurs(Notification n) =>
        n.Method == "update" && n.Parameters.ValueKind == JsonValueKind.Array && n.Parameters.GetArrayLength() == 2
        && n.Parameters[0].Canonical() == id;
}

/// <summary>One update notification (RFC 7047 section 4.1.6).</summary>
/// <param name="Notification">As it came.</param>
public sealed record Update(Notification Notification)
{
    /// <summary>The table updates.</summary>
    public JsonElement Tables => Notification.Parameters[1];

    /// <summary>The message as text for people.</summary>
    public string Text => WireText.Short(Tables.GetRawText());

    /// <summary>What it says of one row, or null.</summary>
    public JsonElement? Row(string table, string uuid) => Tables.Member(table)?.Member(uuid);
}
