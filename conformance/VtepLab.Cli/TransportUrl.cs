using System.Collections.Immutable;

namespace VtepLab.Cli;

/// <summary>oslo.messaging's address of a message bus: <c>rabbit://user:password@host:port,user:password@host:port/vhost</c>.</summary>
internal static class TransportUrl
{
    private const int AmqpPort = 5672;

    /// <summary>The same as AMQP addresses, one for each broker of the cluster.</summary>
    /// <exception cref="CommandException">It is malformed, of another transport, or only some of its brokers have a user.</exception>
    public static ImmutableArray<Uri> ToUris(string text)
    {
        var begin = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = begin < 0 ? "" : text[..begin];
        if (begin > 0 && scheme is not ("rabbit" or "amqp" or "amqps"))
        {
            throw new CommandException(ExitCode.Usage, $"[DEFAULT] transport_url: the transport '{scheme}' is not known here; expected rabbit://");
        }

        var rest = begin < 0 ? "" : text[(begin + 3)..].Split('?')[0];
        var end = rest.IndexOf('/', StringComparison.Ordinal);
        var path = end < 0 ? "/" : rest[end..] == "//" ? "/%2F" : rest[end..];
        var hosts = (end < 0 ? rest : rest[..end]).Split(',');
        var uris = hosts.Select(h => Uri.TryCreate($"amqp://{h}{path}", UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri : null).ToList();
        if (uris.Contains(null))
        {
            throw new CommandException(
                ExitCode.Usage, $"[DEFAULT] transport_url: expected rabbit://USER:PASSWORD@HOST:PORT[,USER:PASSWORD@HOST:PORT…]/VHOST, found '{WithoutPassword(text)}'");
        }

        // oslo.messaging refuses this too: whose password would the others have?
        if (uris.Select(u => u!.UserInfo.Length > 0).Distinct().Count() > 1)
        {
            throw new CommandException(ExitCode.Usage, $"[DEFAULT] transport_url: all brokers have a user or none has, found '{WithoutPassword(text)}'");
        }

        return [.. uris.Select(u => new UriBuilder(u!) { Scheme = scheme == "amqps" ? "amqps" : "amqp", Port = u!.Port > 0 ? u.Port : AmqpPort }.Uri)];
    }

    /// <summary>The same of one broker.</summary>
    /// <exception cref="CommandException">As <see cref="ToUris"/>, or it names several.</exception>
    public static Uri ToUri(string text) => ToUris(text) is [var one]
        ? one
        : throw new CommandException(ExitCode.Usage, $"expected one broker, found '{WithoutPassword(text)}'");

    /// <summary>The address as it may be shown.</summary>
    public static string WithoutPassword(string text)
    {
        var begin = text.IndexOf("//", StringComparison.Ordinal) + 2;
        return begin < 2 ? text : text[..begin] + string.Join(',', text[begin..].Split(',').Select(Hidden));
    }

    private static string Hidden(string broker)
    {
        var at = broker.LastIndexOf('@');
        var colon = broker.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || at < colon ? broker : $"{broker[..(colon + 1)]}***{broker[at..]}";
    }
}
