using System.Collections.Immutable;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Input;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Results;
using VtepLab.Topology;

namespace VtepLab.Conformance.Running;

/// <summary>Certifies the emulated switch that is built in, in virtual time; and tries the suite itself on switches of known quality.</summary>
public static class EmbeddedCertification
{
    /// <summary>The seed that is taken when nobody names another.</summary>
    public const ulong DefaultSeed = 1;

    /// <summary>Runs the checks against an emulated switch.</summary>
    /// <param name="change">Changes what is asked for; endpoint, device and seed are those of the emulated switch.</param>
    /// <param name="quirks">How the switch misbehaves: names from <see cref="SwitchQuirkBook"/>, joined by commas.</param>
    /// <param name="seed">Decides everything that chance decides.</param>
    /// <param name="watch">Called for everything that happens; may be null.</param>
    /// <param name="cancel">Interrupts; looked at between the checks.</param>
    /// <exception cref="FormatException">A quirk is unknown; the message says which.</exception>
    /// <exception cref="CertificationException">The run could not begin.</exception>
    public static CertificationRun Run(
        Func<CertificationOptions, CertificationOptions>? change = null, string quirks = "", ulong seed = DefaultSeed,
        Action<RunEvent>? watch = null, CancellationToken cancel = default) =>
        Run(EmulatedDevice.Honest with { Quirks = SwitchQuirks.Parse(quirks) }, change, seed, watch, cancel);

    /// <summary>As the other one, for a switch of any make.</summary>
    public static CertificationRun Run(
        HardwareVtepOptions device, Func<CertificationOptions, CertificationOptions>? change = null, ulong seed = DefaultSeed,
        Action<RunEvent>? watch = null, CancellationToken cancel = default) =>
        EmulatedDevice.Run(seed, device, async (world, host) =>
        {
            var options = new CertificationOptions { Endpoint = world.Endpoint, Device = Describe(device), Seed = seed };

            // The caller's token is cancelled on a thread that has no business in the simulation, so it is asked, not listened to.
            using var interrupt = new CancellationTokenSource();
            return await new CertificationRunner(host, change?.Invoke(options) ?? options, Watch).RunAsync(interrupt.Token);

            void Watch(RunEvent e)
            {
                watch?.Invoke(e);
                if (cancel.IsCancellationRequested)
                {
                    interrupt.Cancel();
                }
            }
        });

    /// <summary>Measures how well the suite judges: one switch with one defect at a time, and honest ones of several seeds.</summary>
    /// <param name="seeds">How many honest switches to try.</param>
    /// <param name="cancel">Gives up between two switches.</param>
    public static NegativeControl MeasureControl(int seeds = 3, CancellationToken cancel = default)
    {
        var entries = ImmutableArray.CreateBuilder<NegativeControlEntry>();
        foreach (var check in CheckBook.All.Where(c => !c.Requirement.IsDangerous))
        {
            foreach (var quirk in check.Catches)
            {
                cancel.ThrowIfCancellationRequested();
                var run = Run(o => o with { Only = [check.Id] }, quirk, cancel: cancel);
                entries.Add(new NegativeControlEntry(quirk, check.Id, run.Checks.Single().Verdict == Verdict.Fail));
            }
        }

        var (good, blamed) = (0, ImmutableArray.CreateBuilder<string>());
        for (var seed = 1UL; seed <= (ulong)seeds; seed++)
        {
            cancel.ThrowIfCancellationRequested();
            var run = Run(seed: seed, cancel: cancel);
            good += run.Checks.Count(c => c.Verdict != Verdict.NotApplicable);
            blamed.AddRange(run.Checks.Where(c => c.Verdict is Verdict.Fail or Verdict.Inconclusive).Select(c => c.Requirement.Id));
        }

        return new NegativeControl(entries.ToImmutable(), good, blamed.ToImmutable());
    }

    /// <summary>What a device file would say of an emulated switch.</summary>
    public static DeviceDescription Describe(HardwareVtepOptions device) => new()
    {
        Vendor = "VtepLab",
        Model = "emulated switch",
        Ports = [.. device.Ports.Select(p => new DevicePort(p, ""))],
        SourceNode = device.ReplicatesAtSource,
        Routing = device.HasRouting,
        MacLimit = device.MaxRemoteMacs,
        TunnelLimit = device.MaxTunnels,
        BfdLimit = device.MaxBfdSessions,
        LocalVlans = [.. device.ReservedVlans],
    };
}
