using System.Diagnostics;
using System.Text;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>The built command while it runs. It is started without a shell between: one would have it ignore the interrupt key.</summary>
internal sealed class RunningVteplab : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    public RunningVteplab(params string[] arguments)
        : this([], arguments)
    {
    }

    /// <summary>As the other one, with variables in its environment.</summary>
    public RunningVteplab(IEnumerable<KeyValuePair<string, string?>> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(RealPeer.Require("dotnet"), [Vteplab.Program, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its process.</summary>
    public int Id => process.Id;

    /// <summary>What it wrote so far, standard output and standard error as they came.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Waits until it has written something.</summary>
    public Task SaysAsync(string text) => Eventually.That(() => Task.FromResult(Output), Does.Contain(text));

    /// <summary>Sends it a signal (<c>INT</c>, <c>TERM</c>).</summary>
    public async Task SignalAsync(string signal) => (await PeerProcess.RunAsync(RealPeer.Require("kill"), [$"-{signal}", $"{process.Id}"])).Success();

    /// <summary>How it ended.</summary>
    public async Task<ExitCode> EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(limit.Token); // Waits for the last of the output too.
        return (ExitCode)process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.Append(line).Append('\n');
            }
        }
    }
}
