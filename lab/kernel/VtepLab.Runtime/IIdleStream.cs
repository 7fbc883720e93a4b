namespace VtepLab.Runtime;

/// <summary>A stream that can leave out the probes of an idle connection, and their replies, where it knows what would come of them.</summary>
/// <remarks>
/// Only a simulated one does; <see cref="IConnection"/>s that are none carry everything. Nobody else may notice: an exchange is left out only while
/// nothing else goes over the stream, and is carried after all when anything happens before it would have been over.
/// </remarks>
public interface IIdleStream
{
    /// <summary>Makes this end's program known. Nothing is left out unless both ends' are.</summary>
    /// <returns>False where everything is carried anyway: there is nothing to ask then.</returns>
    bool Attach(IIdleEnd end);

    /// <summary>Asks instead of sending <see cref="IIdleEnd.Request"/>.</summary>
    /// <returns>True: it need not be sent, and both ends have been told when they will hear of each other. False: it has to be.</returns>
    bool LeavesOut();
}

/// <summary>The program at one end of a stream, as far as its probes are concerned.</summary>
public interface IIdleEnd
{
    /// <summary>The message that asks whether the peer lives, as this end writes it; always the same bytes.</summary>
    ReadOnlyMemory<byte> Request { get; }

    /// <summary>The whole of what this end does when it receives the request, at once: it sends this.</summary>
    ReadOnlyMemory<byte> Reply { get; }

    /// <summary>True while a request or a reply that arrives would have no other effect than that this end has heard of its peer.</summary>
    /// <remarks>What changes it writes to the stream, ends it or stops reading from it.</remarks>
    bool IsAtRest { get; }

    /// <summary>The peer's next bytes arrive at this timestamp of the host's clock.</summary>
    void WillHear(long timestamp);

    /// <summary>Takes the last <see cref="WillHear"/> back: the bytes are carried after all.</summary>
    void Unhear();

    /// <summary>Tells, when the rest is over, how many bytes were left out that would have arrived here.</summary>
    void Missed(long bytes);
}
