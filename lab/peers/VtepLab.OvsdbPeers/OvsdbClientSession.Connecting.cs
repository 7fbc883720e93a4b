using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <content>How connections come about: by our attempts, or by the server's.</content>
public sealed partial class OvsdbClientSession
{
    private async Task ConnectAsync(CancellationToken cancel)
    {
        var backoff = new ReconnectBackoff(_options.MaxBackoff, _options.Remotes.Count - 1);
        for (var turn = 0; ; turn = (turn + 1) % _options.Remotes.Count)
        {
            _aliveFor = TimeSpan.Zero;
            Remote = _options.Remotes[turn];
            try
            {
                Enter(OvsdbClientState.Connecting);
                await RunOnceAsync(await DialAsync(Remote, cancel), cancel);
            }
            catch (Exception e) when (e is OvsdbException or IOException)
            {
                LastError = e.Message;
            }

            var wait = backoff.Next(_aliveFor);
            if (wait == TimeSpan.Zero)
            {
                _log.LogInformation("{Peer}: {Reason}", Name, LastError);
                continue; // With the next server.
            }

            _log.LogWarning("{Peer}: {Reason} Trying again in {Wait} s", Name, LastError, wait.TotalSeconds);
            Enter(OvsdbClientState.Backoff);
            await _host.DelayAsync(wait, cancel);
        }
    }

    private async Task<IConnection> DialAsync(Endpoint remote, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var dial = _host.Network.ConnectAsync(remote, _options.Tls, patience.Token).AsTask();
        try
        {
            return await dial.WaitAsync(_options.ConnectTimeout, _host.Time, cancel);
        }
        catch (TimeoutException late)
        {
            patience.Cancel();
            _host.Spawn($"giving up {remote}", async _ =>
            {
                try
                {
                    (await dial).Abort();
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // As asked for.
                }
            });
            throw new NetworkException(
                NetworkError.Unreachable, $"{remote} did not accept a connection within {_options.ConnectTimeout.TotalSeconds} s.", late);
        }
    }

    private async Task ListenAsync(Endpoint endpoint, CancellationToken cancel)
    {
        var backoff = new ReconnectBackoff(_options.MaxBackoff);
        while (true)
        {
            IListener listener;
            try
            {
                listener = await _host.Network.ListenAsync(endpoint, _options.Tls, cancel);
            }
            catch (NetworkException e)
            {
                LastError = e.Message;
                var wait = backoff.Next(TimeSpan.Zero);
                _log.LogWarning("{Peer}: {Reason} Trying again in {Wait} s", Name, LastError, wait.TotalSeconds);
                Enter(OvsdbClientState.Backoff);
                await _host.DelayAsync(wait, cancel);
                continue;
            }

            await using (listener)
            {
                ListeningOn = listener.Local;
                await AcceptAsync(listener, cancel);
            }
        }
    }

    private async Task AcceptAsync(IListener listener, CancellationToken cancel)
    {
        var next = listener.AcceptAsync(cancel).AsTask();
        while (true)
        {
            Enter(OvsdbClientState.Listening);
            var connection = await next;
            next = listener.AcceptAsync(cancel).AsTask();
            _log.LogInformation("{Peer} has connected from {Remote}", Name, connection.Remote);
            using var replaced = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var run = RunOnceAsync(connection, replaced.Token);
            if (await Task.WhenAny(run, next) == next)
            {
                LastError = $"{Name} has made a new connection.";
                replaced.Cancel();
            }

            try
            {
                await run;
            }
            catch (Exception e) when (e is OvsdbException or IOException)
            {
                LastError = e.Message;
                _log.LogWarning("{Peer}: {Reason} Listening on {Endpoint}", Name, LastError, listener.Local);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                _log.LogWarning("{Peer}: {Reason}", Name, LastError);
            }
        }
    }
}
