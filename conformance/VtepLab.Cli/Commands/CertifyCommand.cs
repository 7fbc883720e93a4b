using System.Collections.Immutable;
using System.CommandLine;
using VtepLab.Cli.Output;
using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Input;
using VtepLab.Conformance.Running;
using VtepLab.Hosting;
using VtepLab.Results;
using VtepLab.Runtime;
using VtepLab.Topology;

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
    private readonly Option<ulong?> seed = new("--seed") { Description = "without a target: decides everything that chance decides", HelpName = "N" };
    private readonly Option<string?> quirks = new("--quirks") { Description = "without a target: how the embedded switch misbehaves; see 'vteplab list quirks'", HelpName = "NAMES" };
    private readonly Option<bool> control = new("--negative-control")
    {
        Description = "also measure, on switches of known quality, how well the suite judges, and print it in the report",
    };

    private readonly TlsOptions tls = new();

    // Stands for the switch that is built in, until its simulated address is known.
    private static readonly Endpoint Embedded = new(EndpointScheme.Unix, "embedded", 0);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var certify = new CertifyCommand();
        var command = new Command("certify", "Run the conformance checks against a switch and write report.html, junit.xml, results.json and transcript.ndjson; without a target, against the embedded one in virtual time")
        {
            certify.device, certify.ovsdb, certify.profile, certify.only, certify.deviations, certify.folder, certify.allowConfigured, certify.dangerous, certify.seed, certify.quirks,
            certify.control,
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
            var run = ReferenceEquals(options.Endpoint, Embedded) ? RunEmbedded(parsed, options, cancel) : await RunLiveAsync(options, cancel);
            run = run with { Versions = [.. run.Versions, .. ToolVersion.Components], NegativeControl = Measure(parsed, cancel) };
            place.Write(run);
            CertifySummary.Write(run, place);
            return (int)CodeOf(run);
        }
        finally
        {
            place.RemoveUnused();
        }
    }

    private static Task<CertificationRun> RunLiveAsync(CertificationOptions options, CancellationToken cancel) => LiveHost.RunAsync(
        "tester", null, host => new CertificationRunner(host, options, CertifyProgress.Watch).RunAsync(cancel), CancellationToken.None);

    private CertificationRun RunEmbedded(ParseResult parsed, CertificationOptions asked, CancellationToken cancel)
    {
        Console.Error.WriteLine("no target is named: certifying the embedded switch, in virtual time");
        try
        {
            return EmbeddedCertification.Run(
                embedded => asked with { Endpoint = embedded.Endpoint, Device = embedded.Device, Seed = embedded.Seed },
                parsed.GetValue(quirks) ?? "", parsed.GetValue(seed) ?? EmbeddedCertification.DefaultSeed, CertifyProgress.Watch, cancel);
        }
        catch (FormatException e) when (e is not InputException)
        {
            throw new CommandException(ExitCode.Usage, e.Message, e);
        }
    }

    private NegativeControl? Measure(ParseResult parsed, CancellationToken cancel)
    {
        if (!parsed.GetValue(control) || cancel.IsCancellationRequested)
        {
            return null;
        }

        Console.Error.WriteLine("measuring how well the suite judges switches of known quality");
        try
        {
            return EmbeddedCertification.MeasureControl(cancel: cancel);
        }
        catch (OperationCanceledException)
        {
            return null; // The run itself is whole; its report says that this was not measured.
        }
    }

    private CertificationOptions OptionsOf(ParseResult parsed)
    {
        var description = parsed.GetValue(device) is { } file ? DeviceFile.Read(file) : null;
        var endpoint = parsed.GetValue(ovsdb) ?? description?.Endpoint;
        if (endpoint is null && description is not null)
        {
            throw new CommandException(ExitCode.Usage, "where is the device? The device file says no endpoint; give --ovsdb ENDPOINT");
        }

        if (endpoint is not null && (parsed.GetValue(seed) is not null || parsed.GetValue(quirks) is not null))
        {
            throw new CommandException(ExitCode.Usage, "--seed and --quirks are for the embedded switch; a device that is named has neither");
        }

        var identity = tls.Of(parsed) ?? description?.Tls;
        if (identity is null && endpoint?.Scheme is EndpointScheme.Ssl or EndpointScheme.PassiveSsl)
        {
            throw new CommandException(ExitCode.Usage, $"{endpoint} needs --private-key, --certificate and --ca-cert, or tls in the device file");
        }

        return new CertificationOptions
        {
            Endpoint = endpoint ?? Embedded,
            Tls = identity,
            Device = description ?? new DeviceDescription(),
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
