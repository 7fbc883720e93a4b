using System.Runtime.CompilerServices;

namespace VtepLab.Simulation;

/// <summary>The kernel's own wait: nothing is allocated, and it keeps nanoseconds.</summary>
public readonly struct SleepAwaitable : ICriticalNotifyCompletion
{
    private readonly HostContext _owner;
    private readonly long _at;

    internal SleepAwaitable(HostContext owner, long at) => (_owner, _at) = (owner, at);

    /// <summary>Always false: also a wait of no length gives others their turn.</summary>
    public bool IsCompleted => false;

    public SleepAwaitable GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) =>
        _owner.Kernel.Schedule(_at, _owner, continuation, SynchronizationContext.Current);
}
