using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;
using VtepLab.Results;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Running;

/// <summary>Certifies one device: runs the selected checks against it and says what was found.</summary>
/// <remarks>
/// Runs on a host of either world and has to be started on that host's thread. Whatever happens after the device has said who it
/// is - a failed check, a lost device, an interruption - a record of the run comes out, and the device is cleaned up as far as it
/// lets itself be.
/// </remarks>
/// <param name="host">Where the suite runs.</param>
/// <param name="options">What is asked for.</param>
/// <param name="watch">Called for everything that happens; may be null.</param>
public sealed class CertificationRunner(IHost host, CertificationOptions options, Action<RunEvent>? watch = null)
{
    /// <summary>Runs the checks.</summary>
    /// <param name="cancel">Interrupts: the device is cleaned up and what was seen so far is returned.</param>
    /// <exception cref="CertificationException">The run could not begin.</exception>
    /// <exception cref="OperationCanceledException">Interrupted before the device had said who it is.</exception>
    public async Task<CertificationRun> RunAsync(CancellationToken cancel = default)
    {
        var checks = CheckSelection.Of(options);
        var startedAt = host.Time.GetUtcNow();
        var transcript = new Transcript(host.Time);
        var link = new DeviceLink(host, options.Endpoint, options.Tls, transcript);
        Tester? tester = null;
        try
        {
            var (session, announced) = await Introduction.MeetAsync(link, options, cancel);
            var schema = DeviceSchema.Read(announced ?? OvsValue.Parse("{}"));
            if (schema.Tables.IsEmpty)
            {
                // Its own check says so; to clean up, the suite has to know some tables: those that every product has.
                schema = DeviceSchema.Of(PublishedSchema.Of("1.3.0")!) with { Version = schema.Version };
            }

            tester = new Tester(host, link, transcript, options.Device, schema, announced ?? OvsValue.Parse("{}"));
            tester.Adopt(session);
            var before = await FirstLookAsync(tester, schema, cancel);
            tester.First = before;
            var identity = Introduction.Identity(options, schema, before);
            watch?.Invoke(new RunStarted(identity, checks));
            var turns = new CheckTurns(tester, checks, options.Deviations, DateOnly.FromDateTime(startedAt.UtcDateTime), watch);
            await turns.RunAsync(before, cancel);
            return new CertificationRun
            {
                ToolVersion = options.ToolVersion,
                Command = options.Command,
                StartedAt = startedAt,
                Duration = transcript.Now,
                Seed = options.Seed,
                Profile = options.Only.IsEmpty ? options.Profile : $"only {string.Join(',', options.Only)}",
                Device = identity,
                Checks = turns.Results,
                NotCovered = [.. RequirementBook.BuiltIn.All.Where(r => !checks.Any(c => c.Id == r.Id))],
                Deviations = options.Deviations.Deviations,
                Conversation = [.. transcript.Messages],
                Ending = turns.Ending,
                EndingReason = turns.EndingReason,
                LeftBehind = turns.LeftBehind,
            };
        }
        finally
        {
            await (tester?.CloseAsync() ?? link.DisposeAsync());
        }
    }

    private async Task<Snapshot> FirstLookAsync(Tester tester, DeviceSchema schema, CancellationToken cancel)
    {
        if (Introduction.VersionNotice(schema.Version) is { } notice)
        {
            watch?.Invoke(new RunNotice(notice));
        }

        Snapshot? before;
        try
        {
            before = await tester.SnapshotAsync(cancel);
        }
        catch (NetworkException e)
        {
            throw new CertificationException(CertificationFault.Unreachable, $"the device was lost while it was introduced: {e.Message}", e);
        }

        if (before is null)
        {
            throw new CertificationException(
                CertificationFault.Unreachable, $"{options.Endpoint} did not answer when its tables were read");
        }

        var configured = Introduction.Configuration(before);
        if (configured.Count > 0 && !options.AllowConfigured)
        {
            throw new CertificationException(
                CertificationFault.Usage,
                $"{options.Endpoint} already carries a configuration ({string.Join(", ", configured.Take(4))}); certify an idle device, "
                + "or say --allow-configured: the suite then works beside it and leaves it as it is");
        }

        return before;
    }
}
