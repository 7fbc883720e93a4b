using System.Globalization;
using System.Text;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>A check told as plain text, for readers who see one machine format and nothing else.</summary>
internal static class CheckStory
{
    private const int MessagesShown = 20;

    /// <summary>What was done, expected and seen, and the end of the conversation; lines end with a line feed.</summary>
    public static string Of(CheckResult check, ConversationIndex conversation)
    {
        var text = new StringBuilder();
        text.Append(check.Message).Append('\n');
        text.Append("required: ").Append(check.Requirement.See).Append(" (").Append(check.Requirement.Source).Append(")\n");
        foreach (var step in check.Steps)
        {
            text.Append(step.Holds == false ? "BROKEN  " : step.Holds == true ? "holds   " : "        ").Append(step.Did).Append('\n');
            if (step.Holds is not null)
            {
                text.Append("        expected: ").Append(step.Expected).Append("\n        seen:     ").Append(step.Seen).Append('\n');
            }
        }

        var messages = conversation.Messages(check);
        if (messages.IsEmpty)
        {
            return text.Append("no messages were exchanged\n").ToString();
        }

        var first = Math.Max(0, messages.Length - MessagesShown);
        text.Append(first > 0 ? $"conversation, last {MessagesShown} of {messages.Length} messages:\n" : "conversation:\n");
        foreach (var message in messages[first..])
        {
            var arrow = message.Direction switch { WireDirection.Sent => "->", WireDirection.Received => "<-", _ => "--" };
            text.Append(CultureInfo.InvariantCulture, $"#{message.Sequence} {message.At.TotalSeconds:0.000000} {message.Connection} {arrow} {message.Text}\n");
        }

        return text.ToString();
    }

    /// <summary>Why a check is no plain pass, on one line: the verdict, the message, and the vendor's reason where there is one.</summary>
    public static string Reason(CheckResult check) =>
        $"{Words.Of(check.Verdict)}: {check.Message}" + (check.Deviation is { } declared ? $" Declared: {declared.Reason}" : "");
}
