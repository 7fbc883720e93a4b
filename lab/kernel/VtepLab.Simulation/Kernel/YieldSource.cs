using System.Threading.Tasks.Sources;

namespace VtepLab.Simulation;

/// <summary>Goes on after everything that is ready now; holds no state, so one serves all.</summary>
internal sealed class YieldSource(Kernel kernel) : IValueTaskSource
{
    public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Pending;

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 && SynchronizationContext.Current is HostContext home)
        {
            kernel.Enqueue(home, continuation, state);
        }
        else
        {
            kernel.Enqueue(kernel.World, new Bare(continuation), state);
        }
    }

    public void GetResult(short token)
    {
    }

    /// <summary>A continuation of code that runs without a context and goes on so.</summary>
    private sealed class Bare(Action<object?> continuation) : EventTarget
    {
        public override void Fire(object? state) => continuation(state);
    }
}
