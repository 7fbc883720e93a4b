using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A host's chance: one stream a purpose, all from the run's seed and the host's name.</summary>
internal sealed class HostEntropy(SimulatedWorld simulation, string host) : IEntropy
{
    private readonly Dictionary<string, RandomStream> _streams = new(StringComparer.Ordinal);

    public ulong NextUInt64(string purpose) => Stream(purpose).NextUInt64();

    public Guid NewUuid() => Stream("uuid").NextUuid();

    private RandomStream Stream(string purpose)
    {
        if (!_streams.TryGetValue(purpose, out var stream))
        {
            stream = simulation.Random($"host/{host}/{purpose}");
            _streams.Add(purpose, stream);
        }

        return stream;
    }
}
