using System.Diagnostics;

namespace VtepLab.Cli.Labs;

/// <summary>A program of a lab: started, waited for until it is ready, and asked to end.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly string _log;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(string name, Process process, string log, string? readyWhen)
    {
        (Name, _process, _log) = (name, process, log);
        var writer = TextWriter.Synchronized(new StreamWriter(log) { AutoFlush = true });
        void Keep(string? line)
        {
            if (line is not null)
            {
                writer.WriteLine(line);
                if (readyWhen is null || line.Contains(readyWhen, StringComparison.Ordinal))
                {
                    _ready.TrySetResult();
                }
            }
        }

        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>Completes when the program has ended.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Starts a program and returns when it is ready.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="folder">Where its log goes.</param>
    /// <param name="readyWhen">What it writes when it is ready.</param>
    /// <param name="program">The program and its arguments.</param>
    /// <param name="environment">Further variables.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="CommandException">It cannot be started, ends at once, or is not ready in time.</exception>
    public static async Task<NodeProcess> StartAsync(
        string name, string folder, string readyWhen, IReadOnlyList<string> program, IReadOnlyDictionary<string, string>? environment, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program[0], program.Skip(1))
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder,
        };
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[variable] = value;
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new CommandException(ExitCode.Unreachable, $"{name}: cannot start {program[0]}: {e.Message}; './vteplab doctor' says what is missing", e);
        }

        var node = new NodeProcess(name, process, Path.Combine(folder, $"{name}.log"), readyWhen);
        try
        {
            await Task.WhenAny(node._ready.Task, node.Ended).WaitAsync(Patience, cancel);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await node.DisposeAsync();
            cancel.ThrowIfCancellationRequested();
            throw new CommandException(ExitCode.Unreachable, $"{name} was not ready within {Patience.TotalSeconds} s; its log is {node._log}", e);
        }

        if (!node._ready.Task.IsCompleted)
        {
            await node.DisposeAsync();
            throw new CommandException(ExitCode.Unreachable, $"{name} ended at once: {File.ReadLines(node._log).LastOrDefault() ?? "no output"}; its log is {node._log}");
        }

        return node;
    }

    /// <summary>Asks the program to end, and ends it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start(new ProcessStartInfo("kill", ["-TERM", $"{_process.Id}"]))!;
            await kill.WaitForExitAsync();
            using var grace = new CancellationTokenSource(Grace);
            try
            {
                await _process.WaitForExitAsync(grace.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }
}
