namespace VtepLab.Ovsdb;

/// <summary>The peer or the wire broke: what arrived is no OVSDB, or the connection ended before an answer came.</summary>
/// <param name="message">What was being done, what was expected and what was found.</param>
/// <param name="isTransient">See <see cref="IsTransient"/>.</param>
/// <param name="inner">What caused it, if something did.</param>
public class OvsdbProtocolException(string message, bool isTransient = false, Exception? inner = null) : OvsdbException(message, inner)
{
    /// <summary>
    /// True when the same request may well succeed over a new connection (the stream was closed or reset, the peer fell silent);
    /// false when the peer speaks something that another attempt will not cure.
    /// </summary>
    public bool IsTransient { get; } = isTransient;

    /// <summary>True when a request was handed to the connection and its answer will not come: whether it was executed is unknown.</summary>
    public bool IsUncertain { get; init; }
}
