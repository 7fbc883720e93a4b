using System.Text;
using VtepLab.Emulators.Endpoints;
using VtepLab.Runtime;
using VtepLab.Simulation;
using Endpoint = VtepLab.Emulators.Endpoints.Endpoint;

namespace VtepLab.Topology;

/// <summary>A machine of a fabric: one network card in use, and one address or, behind VLAN tags, several.</summary>
public sealed class FabricMachine
{
    private readonly List<FabricEndpoint> _endpoints = [];
    private readonly List<(string Device, string DevicePort, FrameLink Cable)> _cables = [];
    private readonly Fabric _fabric;
    private SharedPort? _shared;
    private bool _wasUp;

    internal FabricMachine(Fabric fabric, string name)
    {
        _fabric = fabric;
        Name = name;
        fabric.Lab.Start(name, RunAsync);
        Host = fabric.Lab.World.Hosts[name];
    }

    /// <summary>The machine's name.</summary>
    public string Name { get; }

    /// <summary>The device it is plugged into.</summary>
    public string Device { get; private set; } = "";

    /// <summary>The device's port it is plugged into.</summary>
    public string DevicePort { get; private set; } = "";

    internal SimulatedHost Host { get; }

    private string Nic => $"eth{_cables.FindIndex(c => c.Device == Device && c.DevicePort == DevicePort)}";

    internal FabricEndpoint Add(string name, EndpointOptions options)
    {
        var made = new FabricEndpoint(this, name, options);
        _endpoints.Add(made);
        Host.Services.Spawn($"{name} comes up", _ =>
        {
            Run(Host.Services);
            return Task.CompletedTask;
        });
        return made;
    }

    /// <summary>Plugs the machine into a port; out of the one it was in, if any.</summary>
    internal void Plug(string device, SimulatedPort port)
    {
        foreach (var cable in _cables)
        {
            cable.Cable.SetUp(false);
        }

        (Device, DevicePort) = (device, port.Name);
        if (_cables.FirstOrDefault(c => c.Device == device && c.DevicePort == port.Name).Cable is { } known)
        {
            known.SetUp(true);
        }
        else
        {
            var link = _fabric.Lab.World.Link(Host.AddPort($"eth{_cables.Count}"), port);
            _cables.Add((device, port.Name, link));
            _fabric.Watch.OnAccess(link, this);
        }

        if (Host.IsUp && _endpoints.Count > 0)
        {
            Host.Services.Spawn("other card", _ =>
            {
                Run(Host.Services);
                return Task.CompletedTask;
            });
        }
    }

    private async Task RunAsync(IHost host)
    {
        Run(host);
        if (_wasUp)
        {
            // As a guest that comes up does: it may have been moved while it was down.
            _endpoints.ForEach(e => e.Do(running => running.Announce()));
        }

        _wasUp = true;
        await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
    }

    // The endpoints take over the card that is in use; those of an earlier card or life are gone.
    private void Run(IHost host)
    {
        if (Device.Length == 0)
        {
            return;
        }

        _shared?.Release();
        _shared = new SharedPort(host.FramePorts[Nic]);
        foreach (var endpoint in _endpoints)
        {
            endpoint.Run(host, _shared.Add());
        }
    }
}

/// <summary>A server's or a VM's address in a fabric: what scenarios send from and look at.</summary>
#pragma warning disable CA1001 // What runs dies with its machine or the world; nobody else has to end it.
public sealed class FabricEndpoint
#pragma warning restore CA1001
{
    private Endpoint? _running;

    internal FabricEndpoint(FabricMachine machine, string name, EndpointOptions options) => (Machine, Name, Options) = (machine, name, options);

    /// <summary>The scenario's name for it.</summary>
    public string Name { get; }

    /// <summary>Who it is.</summary>
    public EndpointOptions Options { get; }

    /// <summary>The machine it lives on.</summary>
    public FabricMachine Machine { get; }

    /// <summary>The datagrams that have reached it since its machine came up or changed its card.</summary>
    public IReadOnlyCollection<ReceivedDatagram> Datagrams => _running?.Datagrams ?? [];

    /// <summary>True when a frame on its VLAN that has a text in it has reached its card, whomever it was for.</summary>
    public bool Saw(string text)
    {
        var sought = Encoding.ASCII.GetBytes(text);
        return _running is { } running && running.Frames.Any(f => running.IsOnOurVlan(f) && f.AsSpan().EndsWith(sought));
    }

    /// <summary>Does something as the endpoint's machine; nothing when that is down.</summary>
    public void Do(Action<Endpoint> action)
    {
        if (Machine.Host.IsUp && _running is not null)
        {
            Machine.Host.Services.Spawn(Name, _ =>
            {
                action(_running); // On the card in use by then: the machine may hang now and be plugged in elsewhere when it goes on.
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>Sends one echo request.</summary>
    /// <param name="to">Whom to.</param>
    /// <param name="caller">The machine that waits for the outcome.</param>
    /// <param name="within">How long to wait for the reply, ARP included.</param>
    /// <returns>True when the reply came.</returns>
    public async Task<bool> PingAsync(FabricEndpoint to, IHost caller, TimeSpan within)
    {
        if (!Machine.Host.IsUp || _running is not { } running)
        {
            await caller.DelayAsync(within, caller.Stopping);
            return false;
        }

        var done = new TaskCompletionSource<bool>();
        Machine.Host.Services.Spawn($"{Name} pings {to.Name}", async _ => done.TrySetResult((await running.PingAsync(to.Options.Address, within)).IsAnswered));
        // The machine may die or hang meanwhile, and then says nothing.
        await using var patience = caller.Time.CreateTimer(_ => done.TrySetResult(false), null, within * 2, Timeout.InfiniteTimeSpan);
        return await done.Task;
    }

    internal void Run(IHost host, IFramePort port)
    {
        _running?.Dispose();
        _running = new Endpoint(host, Options, port);
    }
}

/// <summary>A network card that several endpoints listen to, each for its own VLAN.</summary>
internal sealed class SharedPort
{
    private readonly List<Part> _parts = [];
    private readonly IFramePort _port;

    public SharedPort(IFramePort port)
    {
        _port = port;
        port.Received = frame =>
        {
            foreach (var part in _parts)
            {
                part.Received?.Invoke(frame);
            }
        };
    }

    public IFramePort Add()
    {
        var part = new Part(_port);
        _parts.Add(part);
        return part;
    }

    public void Release() => _port.Received = null;

    private sealed class Part(IFramePort port) : IFramePort
    {
        public string Name => port.Name;

        public bool IsUp => port.IsUp;

        public int Mtu => port.Mtu;

        public FrameHandler? Received { get; set; }

        public Action? LinkChanged { get; set; }

        public void Send(ReadOnlySpan<byte> frame) => port.Send(frame);
    }
}
