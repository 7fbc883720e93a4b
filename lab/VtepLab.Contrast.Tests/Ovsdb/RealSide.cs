using System.Diagnostics;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>A real ovsdb-server behind its unix socket.</summary>
internal sealed class RealSide(string socketPath, int sessions) : ISide
{
    private const string Barrier = """{"method":"echo","params":[],"id":"barrier"}""";
    private readonly RealSession?[] _connections = new RealSession?[sessions];

    public void Open(int session)
    {
        _connections[session]?.Dispose();
        _connections[session] = new RealSession(socketPath);
    }

    public void Send(int session, string message) => _connections[session]!.Write(message);

    public List<string>?[] Collect(int asked, bool twice, int? awaited)
    {
        var all = new List<string>?[sessions];
        for (var s = 0; s < sessions; s++)
        {
            all[s] = [];
        }

        // Where transactions wait, one may wake the next: until nothing more comes. A request's time begins when the server reads it.
        var (before, now) = (-1, 0);
        var patience = Stopwatch.StartNew();
        for (var round = 0; round < (twice ? 2 : 1) || (twice && now > before) || (IsMissing(all[asked]) && patience.Elapsed.TotalSeconds < 10); round++)
        {
            before = now;
            // The session that sent something first: what it did must be done before the others are asked.
            for (var i = 0; i < sessions; i++)
            {
                var s = (asked + i) % sessions;
                if (all[s] is { } list && _connections[s] is { } connection && !connection.ReadUntilBarrier(Barrier, list))
                {
                    all[s] = null;
                }
            }

            now = all.Sum(list => list?.Count ?? 0);
        }

        return all;

        bool IsMissing(List<string>? messages) => awaited is { } id && messages?.Exists(message =>
            message.Contains($"\"id\":{id},", StringComparison.Ordinal) || message.Contains($"\"id\":{id}}}", StringComparison.Ordinal)) == false;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }
    }
}
