namespace VtepLab.Cli;

/// <summary>oslo.messaging's address of a message bus: <c>rabbit://user:password@host:port/vhost</c>.</summary>
internal static class TransportUrl
{
    private const int AmqpPort = 5672;

    /// <summary>The same as an AMQP address.</summary>
    /// <exception cref="CommandException">It is malformed, of another transport, or names several brokers.</exception>
    public static Uri ToUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0 || text.Contains(',', StringComparison.Ordinal))
        {
            throw new CommandException(
                ExitCode.Usage, $"[DEFAULT] transport_url: expected rabbit://USER:PASSWORD@HOST:PORT/VHOST with one host, found '{WithoutPassword(text)}'");
        }

        if (url.Scheme is not ("rabbit" or "amqp"))
        {
            throw new CommandException(ExitCode.Usage, $"[DEFAULT] transport_url: the transport '{url.Scheme}' is not known here; expected rabbit://");
        }

        return new UriBuilder(url) { Scheme = "amqp", Port = url.Port > 0 ? url.Port : AmqpPort }.Uri;
    }

    /// <summary>The address as it may be shown.</summary>
    public static string WithoutPassword(string text)
    {
        var at = text.LastIndexOf('@');
        var user = text.IndexOf("//", StringComparison.Ordinal);
        var colon = user < 0 ? -1 : text.IndexOf(':', user);
        return colon < 0 || at < colon ? text : $"{text[..(colon + 1)]}***{text[at..]}";
    }
}
