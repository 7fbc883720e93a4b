using System.Buffers;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Wire;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Tests;

/// <summary>Stands before a good device and spoils what passes: the defects that the emulated switch has no quirk for.</summary>
/// <param name="host">The host it runs on.</param>
/// <param name="device">The good device.</param>
internal abstract class DefectiveFront(IHost host, Endpoint device)
{
    private readonly List<FrontSession> _sessions = [];
    private IListener? _listener;

    protected IHost Host => host;

    protected int Accepted { get; private set; }

    protected IReadOnlyList<FrontSession> Sessions => _sessions;

    public async Task RunAsync()
    {
        _listener = await host.Network.ListenAsync(new Endpoint(EndpointScheme.PassiveTcp, "", Endpoint.DefaultPort));
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(host.Stopping);
                Accepted++;
                host.Spawn("front", _ => ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // The listener was closed: the device has died.
        }
    }

    /// <summary>What becomes of bytes from the tester before the first '{'; true: they and all that follows are kept and forgotten.</summary>
    protected virtual bool HoldsStrangers => false;

    /// <summary>A new connection; false: it is closed at once.</summary>
    protected virtual bool Takes() => true;

    /// <summary>Bytes from the tester, before anybody else looks at them.</summary>
    protected virtual Task OnBytesAsync(FrontSession session, ReadOnlyMemory<byte> bytes) => Task.CompletedTask;

    /// <summary>A message from the tester; null: it goes no further.</summary>
    protected virtual Task<JsonObject?> FromTesterAsync(FrontSession session, JsonObject message) => Task.FromResult<JsonObject?>(message);

    /// <summary>A message from the device; null: it goes no further.</summary>
    protected virtual Task<JsonObject?> FromDeviceAsync(FrontSession session, JsonObject message) => Task.FromResult<JsonObject?>(message);

    /// <summary>Everything ends, and nobody listens any more.</summary>
    protected async Task DieAsync()
    {
        await _listener!.DisposeAsync();
        foreach (var session in _sessions)
        {
            session.End();
        }
    }

    private async Task ServeAsync(IConnection client)
    {
        if (!Takes())
        {
            client.Abort();
            return;
        }

        var upstream = await host.Network.ConnectAsync(device);
        var session = new FrontSession(client, upstream);
        _sessions.Add(session);
        host.Spawn("front, from the device", _ => PumpAsync(session, upstream.Input, isTester: false));
        await PumpAsync(session, client.Input, isTester: true);
    }

    private async Task PumpAsync(FrontSession session, System.IO.Pipelines.PipeReader input, bool isTester)
    {
        var splitter = new JsonSplitter();
        try
        {
            while (true)
            {
                var read = await input.ReadAsync();
                var bytes = read.Buffer.ToArray();
                input.AdvanceTo(read.Buffer.End);
                if (isTester)
                {
                    await OnBytesAsync(session, bytes);
                }

                var messages = new List<byte[]>();
                splitter.Feed(bytes, messages.Add);
                foreach (var message in messages)
                {
                    await PassAsync(session, message, isTester);
                }

                if (splitter.Garbage is { } garbage)
                {
                    if (HoldsStrangers)
                    {
                        return;
                    }

                    await session.ToDeviceAsync(garbage);
                    session.End();
                    return;
                }

                if (read.IsCompleted)
                {
                    session.End();
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            session.End();
        }
    }

    private async Task PassAsync(FrontSession session, byte[] bytes, bool isTester)
    {
        JsonObject? message;
        try
        {
            message = JsonNode.Parse(bytes) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            await session.ToDeviceAsync(bytes);
            return;
        }

        var passed = isTester ? await FromTesterAsync(session, message!) : await FromDeviceAsync(session, message!);
        if (passed is not null)
        {
            var text = System.Text.Encoding.UTF8.GetBytes(WireJson.Write(passed));
            await (isTester ? session.ToDeviceAsync(text) : session.ToTesterAsync(text));
        }
    }
}

/// <summary>One connection of the tester and the one to the device that belongs to it.</summary>
internal sealed class FrontSession(IConnection client, IConnection upstream)
{
    public async Task ToTesterAsync(byte[] bytes) => await client.Output.WriteAsync(bytes);

    public Task ToTesterAsync(JsonObject message) => ToTesterAsync(System.Text.Encoding.UTF8.GetBytes(WireJson.Write(message)));

    public async Task ToDeviceAsync(byte[] bytes) => await upstream.Output.WriteAsync(bytes);

    public Task ToDeviceAsync(JsonObject message) => ToDeviceAsync(System.Text.Encoding.UTF8.GetBytes(WireJson.Write(message)));

    public void End()
    {
        client.Abort();
        upstream.Abort();
    }
}
