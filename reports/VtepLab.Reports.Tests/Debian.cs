using VtepLab.Testing.Peers;

namespace VtepLab.Reports.Tests;

/// <summary>Runs programs of Debian on a report.</summary>
internal static class Debian
{
    // Debian's own interpreter, which sees Debian's modules; another python3 may come first on the path.
    private const string Python = "/usr/bin/python3";

    /// <summary>What a script prints that is given a file with the content.</summary>
    /// <param name="package">The Debian package whose module it needs.</param>
    /// <param name="module">The module.</param>
    /// <param name="script">The script; <c>sys.argv[1]</c> is the file.</param>
    /// <param name="content">The file's content.</param>
    public static async Task<string> PythonAsync(string package, string module, string script, byte[] content)
    {
        if (!File.Exists(Python))
        {
            RealPeer.Missing("python3 is not installed");
        }

        using var folder = new TempDirectory();
        await File.WriteAllBytesAsync(folder["report"], content);
        var result = await PeerProcess.RunAsync(Python, ["-c", script, folder["report"]]);
        if (result.Errors.Contains($"No module named '{module}'", StringComparison.Ordinal))
        {
            RealPeer.Missing($"{package} is not installed");
        }

        return result.Success();
    }
}
