using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Neutron;

/// <summary>Where a cast of a switch's content or change comes from, so that the plugin can tell what is late, repeated or missing.</summary>
/// <remarks>
/// Travels in the request context, where unknown members harm neither the original plugin nor the original agent: <c>monitor_term</c>
/// also with <c>set_monitor_agent</c>, <c>ovsdb_session</c> and <c>ovsdb_sequence</c> with <c>update_ovsdb_changes</c>. What an agent
/// handed to its TCP stream before it was cut off may come long after its successor's first cast; only a number can tell.
/// </remarks>
/// <param name="Term">The election under which the agent monitors; null when the plugin that elected it numbers none.</param>
/// <param name="Session">Names one whole reading of one switch and the changes that follow it.</param>
/// <param name="Sequence">Counts within the session; 0 is the whole reading.</param>
public sealed record CastOrigin(long? Term, string Session, long Sequence)
{
    /// <summary>The member of the context that numbers an election.</summary>
    public const string TermMember = "monitor_term";

    /// <summary>The member of the context that names a session.</summary>
    public const string SessionMember = "ovsdb_session";

    /// <summary>The member of the context that counts within the session.</summary>
    public const string SequenceMember = "ovsdb_sequence";

    /// <summary>Reads it from a request's context; null when the sender does not number its casts, as the original agent.</summary>
    public static CastOrigin? Read(JsonObject context) =>
        context[SessionMember] is JsonValue session && session.GetValueKind() == JsonValueKind.String && NumberOf(context, SequenceMember) is { } sequence
            ? new CastOrigin(NumberOf(context, TermMember), session.GetValue<string>(), sequence)
            : null;

    /// <summary>The term that a request's context carries; null when it has none.</summary>
    public static long? TermOf(JsonObject context) => NumberOf(context, TermMember);

    /// <summary>Puts it into a request's context.</summary>
    public JsonObject WriteTo(JsonObject context)
    {
        if (Term is { } term)
        {
            context[TermMember] = term;
        }

        (context[SessionMember], context[SequenceMember]) = (Session, Sequence);
        return context;
    }

    // Through the text, since a number that was never serialised keeps the type it was made of.
    private static long? NumberOf(JsonObject context, string member) =>
        context[member] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out var number) ? number : null;
}
