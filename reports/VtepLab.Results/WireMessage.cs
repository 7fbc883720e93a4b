namespace VtepLab.Results;

/// <summary>Which way a message went, seen from the tester.</summary>
public enum WireDirection
{
    /// <summary>From the tester to the device.</summary>
    Sent,

    /// <summary>From the device to the tester.</summary>
    Received,

    /// <summary>Something that happened to the connection: opened, closed, reset.</summary>
    Event,
}

/// <summary>One message of the conversation with the device, exactly as it was on the wire.</summary>
/// <param name="Sequence">Its number in the run, from 1.</param>
/// <param name="At">When, since the start of the run.</param>
/// <param name="Connection">The connection's name: <c>ctl</c>, <c>ctl2</c>.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Text">The JSON text; bytes that are no UTF-8 are written as <c>\xNN</c>. For an event, what happened.</param>
/// <param name="Check">The id of the check that was running, or null.</param>
public sealed record WireMessage(long Sequence, TimeSpan At, string Connection, WireDirection Direction, string Text, string? Check);
