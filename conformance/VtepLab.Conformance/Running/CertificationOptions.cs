using System.Collections.Immutable;
using VtepLab.Conformance.Input;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Running;

/// <summary>What a run is asked to do.</summary>
public sealed record CertificationOptions
{
    /// <summary>Where the device is (<c>tcp:</c>, <c>ssl:</c>, <c>unix:</c>), or where it calls us (<c>ptcp:</c>, <c>pssl:</c>, <c>punix:</c>).</summary>
    public required Endpoint Endpoint { get; init; }

    /// <summary>Our identity for the TLS schemes.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>What a person says of the device.</summary>
    public DeviceDescription Device { get; init; } = new();

    /// <summary>The name of the profile.</summary>
    public string Profile { get; init; } = Catalogue.Profile.DefaultName;

    /// <summary>Single requirements instead of the profile; empty for the profile.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>What the vendor declares not to support.</summary>
    public DeviationFile Deviations { get; init; } = DeviationFile.None;

    /// <summary>True: run on a device that carries a configuration; it is left as it is.</summary>
    public bool AllowConfigured { get; init; }

    /// <summary>True: run checks, last of all, that are known to crash real products.</summary>
    public bool Dangerous { get; init; }

    /// <summary>How long to wait for the first connection.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Version of the tool, for the record.</summary>
    public string ToolVersion { get; init; } = "0.1.0";

    /// <summary>The command that repeats the run, for the record.</summary>
    public string Command { get; init; } = "vteplab certify";

    /// <summary>The seed of a simulated run; null for a live one.</summary>
    public ulong? Seed { get; init; }
}
