using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>Does something when nobody feeds it for a time.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly ITimer _timer;
    private readonly TimeSpan _patience;

    public Watchdog(IHost host, TimeSpan patience, Action bite)
    {
        _patience = patience;
        _timer = host.Time.CreateTimer(_ => bite(), null, patience, Timeout.InfiniteTimeSpan);
    }

    public void Feed() => _timer.Change(_patience, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}
