using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>Whatever a program does to its stream while an echo is left out comes out as if the echo had been carried.</summary>
public class IdleEchoStreamTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1); // That a message takes; half of it at least.

    /// <summary>What becomes of a stream.</summary>
    public enum Deed
    {
        EndsRead,
        CompletesReader,
        CompletesWriter,
        Aborts,
        Disposes,
        IsReset,
        WillBeResetMidway,
        HasAnotherPath,
        MeetsAFastClock,
        IsToFallQuiet,
    }

    /// <summary>The probe has left and not arrived after 100 ms, and the reply after 1,050.</summary>
    [Test]
    public void Both_ends_hear_and_end_as_if_the_echo_had_been_carried([Values] Deed deed, [Values] bool isProber, [Values(100, 1_050)] int after)
    {
        var (carried, _) = Run(IdleEchoes.DrawnApart, deed, isProber, after);
        var (same, leftOut) = Run(IdleEchoes.LeftOut, deed, isProber, after);

        Assert.That(same, Is.EqualTo(carried));
        Assert.That(leftOut, Is.EqualTo(1), "the probe was left out to begin with");
    }

    /// <summary>What both ends hear and when, how much arrives, and how it ends.</summary>
    private static (List<string> Lines, long LeftOut) Run(IdleEchoes echoes, Deed deed, bool isProber, int after)
    {
        var world = new SimulatedWorld(7, new SimulationOptions { IdleEchoes = echoes, RandomSegmentation = false, Latency = Longest / 2, LatencyJitter = Longest / 2 });
        EchoEnd? near = null;
        EchoEnd? far = null;
        var (one, other) = (world.AddHost("near"), world.AddHost("far"));
        other.Start(async host =>
        {
            var listener = await host.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
            far = new EchoEnd("far", host, await listener.AcceptAsync());
            await far.ReadAsync();
        });
        one.Start(async host =>
        {
            near = new EchoEnd("near", host, await host.Network.ConnectAsync(Endpoint.Parse("tcp:far:6640")));
            await near.ReadAsync();
        });
        world.RunFor(10 * Longest);
        world.At(TimeSpan.Zero, near!.Probe);
        world.At(TimeSpan.FromMilliseconds(after), () =>
        {
            var (host, peer) = isProber ? (one, other) : (other, one);
            switch (deed)
            {
                case Deed.IsReset:
                    world.Network.ResetStreams(host, peer);
                    break;
                case Deed.WillBeResetMidway:
                    world.Network.ResetMidway(host, peer, 1);
                    break;
                case Deed.HasAnotherPath:
                    world.Network.SetPath(host, peer, new PathOptions(2 * Longest, Longest, 1_000_000));
                    break;
                case Deed.MeetsAFastClock:
                    host.ClockDrift = 100_000_000; // A tenth.
                    break;
                case Deed.IsToFallQuiet:
                    break;
                default:
                    (isProber ? near : far!).Do(deed);
                    break;
            }
        });
        if (deed == Deed.IsToFallQuiet)
        {
            world.RunFor(TimeSpan.FromMilliseconds(after));
            world.RunUntilQuiet(Longest, within: 10 * Longest); // An echo is no quiet here: nobody says that it is a keep-alive.
            return ([$"quiet at {world.Now}"], LeftOut());
        }

        world.RunFor(10 * Longest);
        return ([.. near.Lines(), .. far!.Lines()], LeftOut());

        long LeftOut() => world.Network.EchoesLeftOut + (echoes == IdleEchoes.LeftOut ? 0 : 1);
    }

    /// <summary>A program that knows nothing but echoes.</summary>
    private sealed class EchoEnd : IIdleEnd
    {
        private readonly string _name;
        private readonly IHost _host;
        private readonly IConnection _connection;
        private readonly List<long> _heard = [];
        private long _bytes;
        private string _end = "reads on";

        public EchoEnd(string name, IHost host, IConnection connection)
        {
            (_name, _host, _connection) = (name, host, connection);
            ((IIdleStream)connection).Attach(this);
        }

        public ReadOnlyMemory<byte> Request { get; } = "?"u8.ToArray();

        public ReadOnlyMemory<byte> Reply { get; } = "!!"u8.ToArray();

        public bool IsAtRest => true;

        public void WillHear(long timestamp) => _heard.Add(timestamp);

        public void Unhear() => _heard.RemoveAt(_heard.Count - 1);

        public void Missed(long bytes) => _bytes += bytes;

        public IEnumerable<string> Lines() => [$"{_name} hears at {string.Join(' ', _heard)}, {_bytes} bytes, {_end}"];

        public void Probe()
        {
            if (!((IIdleStream)_connection).LeavesOut())
            {
                Write(Request);
            }
        }

        public void Do(Deed deed)
        {
            switch (deed)
            {
                case Deed.EndsRead:
                    _connection.Input.CancelPendingRead();
                    break;
                case Deed.CompletesReader:
                    _connection.Input.Complete();
                    break;
                case Deed.CompletesWriter:
                    _connection.Output.Complete();
                    break;
                case Deed.Aborts:
                    _connection.Abort();
                    break;
                case Deed.Disposes:
                    _host.Spawn("dispose", async _ => await _connection.DisposeAsync());
                    break;
            }
        }

        public async Task ReadAsync()
        {
            try
            {
                while (true)
                {
                    var read = await _connection.Input.ReadAsync();
                    if (!read.Buffer.IsEmpty)
                    {
                        _heard.Add(_host.Time.GetTimestamp());
                        _bytes += read.Buffer.Length;
                    }

                    var isAsked = read.Buffer.FirstSpan.SequenceEqual(Request.Span);
                    _connection.Input.AdvanceTo(read.Buffer.End);
                    if (isAsked)
                    {
                        Write(Reply);
                    }

                    if (read.IsCanceled || read.IsCompleted)
                    {
                        _end = $"{(read.IsCanceled ? "has stopped reading" : "has reached the end")} at {_host.Time.GetTimestamp()}";
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                _end = $"{e.Message} at {_host.Time.GetTimestamp()}";
            }
        }

        private void Write(ReadOnlyMemory<byte> message)
        {
            message.CopyTo(_connection.Output.GetMemory(message.Length));
            _connection.Output.Advance(message.Length);
            _ = _connection.Output.FlushAsync().AsTask(); // Taken at once, as anything so short.
        }
    }
}
