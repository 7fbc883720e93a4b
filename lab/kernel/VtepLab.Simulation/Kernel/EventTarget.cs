namespace VtepLab.Simulation;

/// <summary>Something the kernel runs as an event of its own: a timer, the arrival of a segment, the completion of a read.</summary>
/// <remarks>It runs without a synchronization context, so that what libraries await of it goes on inline and never reaches the thread pool.</remarks>
internal abstract class EventTarget
{
    public abstract void Fire(object? state);
}
