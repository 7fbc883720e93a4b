using System.CommandLine;
using Microsoft.Extensions.Logging;
using VtepLab.Cli.Output;
using VtepLab.Hosting;
using VtepLab.Runtime;

namespace VtepLab.Cli.Commands;

/// <summary>Runs a server until a signal asks it to stop.</summary>
internal static class ServerRun
{
    private static readonly TimeSpan TrimAfter = TimeSpan.FromSeconds(1);

    /// <summary><c>--verbose</c>: what happens, not only what is wrong.</summary>
    public static Option<bool> Verbose() => new("--verbose", "-v") { Description = "log what happens, not only what is wrong" };

    /// <summary><c>--listen</c>: one passive endpoint or several.</summary>
    public static Option<Endpoint[]> Listen(bool isRequired = true) => new("--listen")
    {
        Description = "where to listen: ptcp:PORT[:IP], pssl:PORT[:IP] or punix:PATH; may be given more than once",
        HelpName = "ENDPOINT",
        Required = isRequired,
        CustomParser = result =>
        {
            var endpoints = new List<Endpoint>();
            foreach (var token in result.Tokens)
            {
                if (!Endpoint.TryParse(token.Value, out var endpoint, out var error))
                {
                    result.AddError(error);
                }
                else if (endpoint.Scheme is not (EndpointScheme.PassiveTcp or EndpointScheme.PassiveSsl or EndpointScheme.PassiveUnix))
                {
                    result.AddError($"--listen takes ptcp:, pssl: or punix:, not '{token.Value}'");
                }
                else
                {
                    endpoints.Add(endpoint);
                }
            }

            return [.. endpoints];
        },
    };

    /// <summary>Runs it on a live host.</summary>
    /// <param name="name">The host's name.</param>
    /// <param name="isVerbose">See <see cref="Verbose"/>.</param>
    /// <param name="start">Starts the server and returns what stops it.</param>
    /// <param name="cancel">Asks it to stop.</param>
    /// <param name="store">The directory of the host's store; null for none.</param>
    /// <param name="framePorts">Opens the host's interfaces; null for a host without.</param>
    public static async Task<int> RunAsync(
        string name, bool isVerbose, Func<IHost, Task<IAsyncDisposable>> start, CancellationToken cancel, string? store = null,
        Func<IHost, IReadOnlyDictionary<string, IFramePort>>? framePorts = null)
    {
        using var log = new StandardErrorLog(isVerbose ? LogLevel.Information : LogLevel.Warning);
        await LiveHost.RunAsync(
            name,
            new LiveHostOptions { Logs = log, StoreDirectory = store, TrimAfter = TrimAfter, FramePorts = framePorts },
            async host =>
            {
                await using var server = await start(host);
                try
                {
                    await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
                }
                catch (OperationCanceledException)
                {
                    // Asked to stop; the server ends its sessions in good order.
                }
            },
            cancel);
        return (int)Signals.ServerEnd;
    }

    /// <summary>Says on standard output, at once, where a client finds the server.</summary>
    public static void Announce(IEnumerable<Endpoint> listening)
    {
        foreach (var endpoint in listening)
        {
            Console.Out.WriteLine($"listening on {endpoint}");
        }

        Console.Out.Flush();
    }

    /// <summary>Complains of TLS endpoints without a TLS identity.</summary>
    public static void CheckTls(IEnumerable<Endpoint> endpoints, TlsIdentity? tls)
    {
        if (tls is null && endpoints.FirstOrDefault(e => e.IsTls) is { } endpoint)
        {
            throw new CommandException(ExitCode.Usage, $"{endpoint} needs --private-key, --certificate and --ca-cert");
        }
    }
}
