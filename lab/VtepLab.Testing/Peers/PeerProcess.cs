using System.Diagnostics;
using System.Text;

namespace VtepLab.Testing.Peers;

/// <summary>A real program that runs beside a test and ends with it, also when the test process is killed.</summary>
/// <remarks>
/// The program runs, as the leader of a process group, under a small shell that reads from this process the signals to send to the
/// group. When this process ends, however it does, the pipe closes and the shell ends the group.
/// </remarks>
public sealed class PeerProcess : IAsyncDisposable
{
    private const string Guard =
        """
        trap '' TERM INT HUP
        exec 3<&0
        (trap - TERM INT HUP; exec setsid "$@" 3<&- </dev/null) & p=$!
        (while read -r s <&3; do kill -$s -$p; done; kill -TERM -$p; sleep 3; kill -KILL -$p) >/dev/null 2>&1 & w=$!
        wait $p; s=$?
        kill -KILL -$p 2>/dev/null
        kill -KILL $w
        exit $s
        """;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private bool _isDisposed;

    private PeerProcess(Process process, string name)
    {
        _process = process;
        Name = name;
    }

    /// <summary>The program's name, for messages.</summary>
    public string Name { get; }

    /// <summary>The program's own process id, for the kernel's accounts of it: the only child of the shell that guards it, but for its waiter.</summary>
    public int Id => File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(child => int.Parse(child, System.Globalization.CultureInfo.InvariantCulture)).Min();

    /// <summary>True once the program has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote so far, standard output and standard error as they came.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a program; see <see cref="WaitUntilAsync"/> for when it is ready.</summary>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    public static PeerProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var argument in (string[])["-c", Guard, "sh", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var peer = new PeerProcess(Process.Start(start)!, Path.GetFileName(program));
        peer._process.OutputDataReceived += (_, e) => peer.Keep(e.Data);
        peer._process.ErrorDataReceived += (_, e) => peer.Keep(e.Data);
        peer._process.BeginOutputReadLine();
        peer._process.BeginErrorReadLine();
        return peer;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="TimeoutException">It ran longer than <paramref name="limit"/> (two minutes by default) and was ended.</exception>
    public static async Task<ToolResult> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null,
        TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(limit ?? TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)} did not end in time");
        }

        return new ToolResult(process.ExitCode, await output, await errors);
    }

    /// <summary>A TCP port of 127.0.0.1 that is nobody's and that nobody else is given.</summary>
    public static int FreePort() => Hosting.FreePort.Take();

    /// <summary>Asks every 20 ms until the answer is yes.</summary>
    /// <exception cref="TimeoutException">It was not within <paramref name="limit"/> (a minute by default), or the program ended; with its output.</exception>
    public async Task WaitUntilAsync(string what, Func<Task<bool>> isReady, TimeSpan? limit = null)
    {
        var end = DateTime.UtcNow + (limit ?? TimeSpan.FromMinutes(1));
        while (!await isReady())
        {
            if (HasExited || DateTime.UtcNow > end)
            {
                throw new TimeoutException($"{Name}: {what} did not come about{(HasExited ? $", it ended with {_process.ExitCode}" : "")}: {Output}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Sends a signal (<c>KILL</c>, <c>STOP</c>, <c>CONT</c>) to the program and all it started.</summary>
    public async Task SignalAsync(string signal)
    {
        await _process.StandardInput.WriteLineAsync(signal);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ends the program at once, as a crash does.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends the program in good order, and after 3 s by force.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}

/// <summary>How a tool ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
public sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The standard output of a tool that had to succeed.</summary>
    /// <exception cref="InvalidOperationException">The exit code is not 0.</exception>
    public string Success() =>
        ExitCode == 0 ? Output : throw new InvalidOperationException($"exit code {ExitCode}: {Errors}{Output}");
}
