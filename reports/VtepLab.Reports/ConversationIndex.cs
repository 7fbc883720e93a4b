using System.Collections.Immutable;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>Finds messages of a run's conversation by their sequence number.</summary>
internal sealed class ConversationIndex
{
    private readonly Dictionary<long, WireMessage> bySequence;

    private ConversationIndex(Dictionary<long, WireMessage> bySequence) => this.bySequence = bySequence;

    public static ConversationIndex Of(CertificationRun run)
    {
        var index = new Dictionary<long, WireMessage>();
        foreach (var message in run.Conversation)
        {
            index[message.Sequence] = message;
        }

        return new ConversationIndex(index);
    }

    /// <summary>The messages a check's evidence names, in that order; numbers that the conversation does not have are passed over.</summary>
    public ImmutableArray<WireMessage> Messages(CheckResult check)
    {
        var found = ImmutableArray.CreateBuilder<WireMessage>();
        foreach (var sequence in check.Evidence)
        {
            if (bySequence.TryGetValue(sequence, out var message))
            {
                found.Add(message);
            }
        }

        return found.ToImmutable();
    }
}
