using System.Collections.Immutable;
using System.CommandLine;
using VtepLab.Cli.Output;
using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Input;
using VtepLab.Conformance.Running;
using VtepLab.Hosting;
using VtepLab.Results;
using VtepLab.Runtime;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab certify</c>: runs the conformance checks against a device and writes the reports.</summary>
internal sealed class CertifyCommand
{
    private readonly Option<string?> device = Options.Path("--device", "FILE", "device file (YAML): where the device is, what it is, how it is wired");
    private readonly Option<Endpoint?> ovsdb = Options.Endpoint("--ovsdb", "the device's OVSDB server (tcp:, ssl:, unix:), or where it calls us (ptcp:, pssl:)");
    private readonly Option<string> profile = new("--profile")
    {
        Description = "named selection of checks; see 'vteplab list profiles'", HelpName = "NAME", DefaultValueFactory = _ => Profile.DefaultName,
    };

    private readonly Option<string?> only = new("--only") { Description = "these requirements instead of a profile, separated by commas", HelpName = "ID[,ID]" };
    private readonly Option<string?> deviations = Options.Path("--deviations", "FILE", "what the vendor declares not to support (YAML)");
    private readonly Option<string?> folder = Options.Path("--out", "-o", "DIR", "where the reports go; out/certify-UTC when not given");
    private readonly Option<bool> allowConfigured = new("--allow-configured") { Description = "run on a device that carries a configuration, and leave that as it is" };
    private readonly Option<bool> dangerous = new("--dangerous") { Description = "also run, last of all, checks that are known to crash real products" };
    private readonly TlsOptions tls = new();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var certify = new CertifyCommand();
        var command = new Command("certify", "Run the conformance checks against a switch and write report.html, junit.xml, results.json and transcript.ndjson")
        {
            certify.device, certify.ovsdb, certify.profile, certify.only, certify.deviations, certify.folder, certify.allowConfigured, certify.dangerous,
        };
        certify.tls.AddTo(command);
        command.SetAction(certify.RunAsync);
        return command;
    }

    /// <summary>How a run ends the command.</summary>
    public static ExitCode CodeOf(CertificationRun run) => (run.Ending, run.Verdict) switch
    {
        (RunEnding.Interrupted, _) => ExitCode.Interrupted,
        (_, CertificationVerdict.NotCertified) => ExitCode.Failed,
        (RunEnding.DeviceLost, _) => ExitCode.Unreachable,
        (_, CertificationVerdict.Incomplete) => ExitCode.Failed,
        _ => ExitCode.Passed,
    };

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var options = OptionsOf(parsed);
        CheckSelection.Of(options); // A wrong selection is said before anything is touched.
        var place = RunFolder.Make(parsed.GetValue(folder), "certify", DateTimeOffset.UtcNow);
        try
        {
            var run = await LiveHost.RunAsync(
                "tester", null, host => new CertificationRunner(host, options, CertifyProgress.Watch).RunAsync(cancel), CancellationToken.None);
            run = run with { Versions = [.. run.Versions, .. ToolVersion.Components] };
            place.Write(run);
            CertifySummary.Write(run, place);
            return (int)CodeOf(run);
        }
        finally
        {
            place.RemoveUnused();
        }
    }

    private CertificationOptions OptionsOf(ParseResult parsed)
    {
        var description = parsed.GetValue(device) is { } file ? DeviceFile.Read(file) : new DeviceDescription();
        var endpoint = parsed.GetValue(ovsdb) ?? description.Endpoint
            ?? throw new CommandException(ExitCode.Usage, "where is the device? Give --ovsdb ENDPOINT, or --device FILE with an endpoint");
        var identity = tls.Of(parsed) ?? description.Tls;
        if (identity is null && endpoint.Scheme is EndpointScheme.Ssl or EndpointScheme.PassiveSsl)
        {
            throw new CommandException(ExitCode.Usage, $"{endpoint} needs --private-key, --certificate and --ca-cert, or tls in the device file");
        }

        return new CertificationOptions
        {
            Endpoint = endpoint,
            Tls = identity,
            Device = description,
            Profile = parsed.GetValue(profile)!,
            Only = parsed.GetValue(only) is { } ids ? IdsOf(ids) : [],
            Deviations = parsed.GetValue(deviations) is { } declared
                ? DeviationFile.Parse(declared, InputFile.Read(declared, "deviations file"))
                : DeviationFile.None,
            AllowConfigured = parsed.GetValue(allowConfigured),
            Dangerous = parsed.GetValue(dangerous),
            ToolVersion = ToolVersion.Text,
            Command = $"vteplab {CommandLineText.Of(parsed.Tokens.Select(t => t.Value))}",
        };
    }

    private static ImmutableArray<string> IdsOf(string list)
    {
        ImmutableArray<string> ids = [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        return !ids.IsEmpty ? ids : throw new CommandException(ExitCode.Usage, "--only names no requirement; see 'vteplab list checks'");
    }
}
