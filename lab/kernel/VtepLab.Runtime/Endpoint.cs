using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VtepLab.Runtime;

/// <summary>How an <see cref="Endpoint"/> is reached.</summary>
public enum EndpointScheme
{
    /// <summary><c>tcp:HOST[:PORT]</c>: connect out.</summary>
    Tcp,

    /// <summary><c>ssl:HOST[:PORT]</c>: connect out with TLS.</summary>
    Ssl,

    /// <summary><c>unix:PATH</c>: connect to a socket file.</summary>
    Unix,

    /// <summary><c>ptcp:[PORT][:HOST]</c>: listen.</summary>
    PassiveTcp,

    /// <summary><c>pssl:[PORT][:HOST]</c>: listen with TLS.</summary>
    PassiveSsl,

    /// <summary><c>punix:PATH</c>: listen on a socket file.</summary>
    PassiveUnix,
}

/// <summary>Where a stream leads, in Open vSwitch's words (ovsdb(7), "Connection Methods").</summary>
/// <param name="Scheme">How it is reached.</param>
/// <param name="Host">Host name or address without brackets; the socket path for the unix schemes; empty for "every address".</param>
/// <param name="Port">TCP port, 0 to 65535; 0 asks a listener for a free one and is what the unix schemes have.</param>
public sealed record Endpoint(EndpointScheme Scheme, string Host, int Port)
{
    /// <summary>The port IANA assigned to OVSDB.</summary>
    public const int DefaultPort = 6640;

    private static readonly (string Word, EndpointScheme Scheme)[] Words =
    [
        ("tcp", EndpointScheme.Tcp), ("ssl", EndpointScheme.Ssl), ("unix", EndpointScheme.Unix),
        ("ptcp", EndpointScheme.PassiveTcp), ("pssl", EndpointScheme.PassiveSsl), ("punix", EndpointScheme.PassiveUnix),
    ];

    /// <summary>True for the schemes that listen.</summary>
    public bool IsPassive => Scheme >= EndpointScheme.PassiveTcp;

    /// <summary>True for the schemes that speak TLS.</summary>
    public bool IsTls => Scheme is EndpointScheme.Ssl or EndpointScheme.PassiveSsl;

    /// <summary>Reads an endpoint; <see cref="TryParse"/> with an exception for an answer.</summary>
    /// <exception cref="FormatException">The text is no endpoint; the message says what was expected.</exception>
    public static Endpoint Parse(string text) =>
        TryParse(text, out var endpoint, out var error) ? endpoint : throw new FormatException(error);

    /// <summary>Reads <c>tcp:HOST[:PORT]</c>, <c>ssl:</c>, <c>ptcp:[PORT][:HOST]</c>, <c>pssl:</c>, <c>unix:PATH</c>, <c>punix:PATH</c>.</summary>
    /// <param name="text">The text; IPv6 addresses stand in brackets.</param>
    /// <param name="endpoint">The endpoint on success.</param>
    /// <param name="error">Otherwise one sentence that says what was expected and what was found.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Endpoint? endpoint, [NotNullWhen(false)] out string? error)
    {
        endpoint = null;
        error = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var word = colon < 0 ? text : text[..colon];
        var found = Array.FindIndex(Words, w => w.Word == word);
        if (colon < 0 || found < 0)
        {
            error = $"'{text}' is no endpoint: expected tcp:HOST[:PORT], ssl:HOST[:PORT], ptcp:[PORT][:HOST], pssl:[PORT][:HOST], "
                + "unix:PATH or punix:PATH";
            return false;
        }

        var scheme = Words[found].Scheme;
        var rest = text[(colon + 1)..];
        if (scheme is EndpointScheme.Unix or EndpointScheme.PassiveUnix)
        {
            if (rest.Length == 0)
            {
                error = $"'{text}' is no endpoint: expected a socket path after '{word}:'";
                return false;
            }

            endpoint = new Endpoint(scheme, rest, 0);
            return true;
        }

        var passive = scheme is EndpointScheme.PassiveTcp or EndpointScheme.PassiveSsl;
        var (host, portText) = passive ? SplitPassive(rest) : SplitActive(rest);
        if (!passive && host.Length == 0)
        {
            error = $"'{text}' is no endpoint: expected a host after '{word}:'";
            return false;
        }

        var port = DefaultPort;
        if (portText.Length > 0 && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > 65535))
        {
            error = $"'{text}' is no endpoint: expected a port from 0 to 65535, found '{portText}'";
            return false;
        }

        endpoint = new Endpoint(scheme, host, port);
        return true;
    }

    /// <summary>The endpoint in the words <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        var word = Array.Find(Words, w => w.Scheme == Scheme).Word;
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return Scheme switch
        {
            EndpointScheme.Unix or EndpointScheme.PassiveUnix => $"{word}:{Host}",
            EndpointScheme.PassiveTcp or EndpointScheme.PassiveSsl when Host.Length == 0 => $"{word}:{Port}",
            EndpointScheme.PassiveTcp or EndpointScheme.PassiveSsl => $"{word}:{Port}:{host}",
            _ => $"{word}:{host}:{Port}",
        };
    }

    private static (string Host, string Port) SplitActive(string rest)
    {
        if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is > 0 and var close)
        {
            return (rest[1..close], rest[(close + 1)..].TrimStart(':'));
        }

        var colon = rest.LastIndexOf(':');
        return colon < 0 ? (rest, "") : (rest[..colon], rest[(colon + 1)..]);
    }

    private static (string Host, string Port) SplitPassive(string rest)
    {
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", rest) : (rest[(colon + 1)..].Trim('[', ']'), rest[..colon]);
    }
}
