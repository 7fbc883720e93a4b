using System.Text.Json.Nodes;

namespace VtepLab.Runtime;

/// <summary>Whom a message is for, in oslo.messaging's terms.</summary>
/// <param name="Topic">The topic that servers listen on.</param>
/// <param name="Server">One server of the topic; null for any one of them (or, with <paramref name="Fanout"/>, for all).</param>
/// <param name="Fanout">True: every server of the topic gets a copy.</param>
/// <param name="Exchange">The control exchange; Neutron's is <c>neutron</c>.</param>
/// <param name="Namespace">The endpoint's namespace, if it has one.</param>
/// <param name="Version">The endpoint's version, major.minor.</param>
public sealed record BusTarget(
    string Topic, string? Server = null, bool Fanout = false, string Exchange = "neutron", string? Namespace = null, string Version = "1.0");

/// <summary>One method call as it reaches a server.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Arguments">Its named arguments.</param>
/// <param name="Context">The request context of the caller.</param>
/// <param name="Namespace">The namespace asked for.</param>
/// <param name="Version">The version asked for.</param>
public sealed record BusRequest(string Method, JsonObject Arguments, JsonObject Context, string? Namespace = null, string Version = "1.0");

/// <summary>Serves a request; the value is the reply to a call and is dropped for a cast.</summary>
/// <exception cref="BusRemoteException">Travels to the caller with its class and message.</exception>
public delegate ValueTask<JsonNode?> BusHandler(BusRequest request, CancellationToken cancel);

/// <summary>Remote procedure calls with the semantics of oslo.messaging over RabbitMQ: at least once, in order within a queue.</summary>
public interface IMessageBus
{
    /// <summary>Called when the broker was lost and is there again: messages that it had confirmed may be gone with it.</summary>
    event Action? Reconnected;

    /// <summary>Sends a message without a reply; returns when the broker has it.</summary>
    ValueTask CastAsync(BusTarget target, string method, JsonObject arguments, JsonObject? context = null, CancellationToken cancel = default);

    /// <summary>Calls a method of one server and waits for its reply.</summary>
    /// <exception cref="TimeoutException">No reply within <paramref name="timeout"/>; whether the method ran is unknown.</exception>
    /// <exception cref="BusRemoteException">The server raised an exception.</exception>
    ValueTask<JsonNode?> CallAsync(
        BusTarget target, string method, JsonObject arguments, TimeSpan timeout, JsonObject? context = null, CancellationToken cancel = default);

    /// <summary>Serves a topic: its shared queue, the queue of <see cref="BusTarget.Server"/>, and its fanout.</summary>
    /// <param name="target">Topic and server name.</param>
    /// <param name="handler">Called for one message at a time; a message is acknowledged when it returns.</param>
    /// <param name="cancel">Gives up subscribing.</param>
    /// <returns>Disposing it stops serving; unacknowledged messages are delivered again to another server of the topic.</returns>
    ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, CancellationToken cancel = default) => ServeAsync(target, handler, 1, cancel);

    /// <summary>The same for a handler that can have several messages under way.</summary>
    /// <param name="target">Topic and server name.</param>
    /// <param name="handler">Called in the order of the messages, also for one before those before it have returned.</param>
    /// <param name="atATime">At most so many messages are under way.</param>
    /// <param name="cancel">Gives up subscribing.</param>
    ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, int atATime, CancellationToken cancel = default);
}

/// <summary>An exception that a server raised, as the caller sees it.</summary>
/// <param name="remoteClass">The exception's class name, such as <c>L2GatewayNotFound</c>.</param>
/// <param name="message">Its message.</param>
public sealed class BusRemoteException(string remoteClass, string message) : Exception(message)
{
    /// <summary>The exception's class name at the server.</summary>
    public string RemoteClass { get; } = remoteClass;
}

/// <summary>The broker never takes a message, because it is larger than any that it takes; nothing was sent, and sending it again is of no use.</summary>
/// <param name="message">How large it is, and how large it may be.</param>
public sealed class BusMessageTooLargeException(string message) : IOException(message);
