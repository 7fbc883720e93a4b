using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using VtepLab.Simulation;

namespace VtepLab.Cli.Exploring;

/// <summary>One simulated run of a scenario as it is kept in <c>run.json</c>: all that it takes to repeat it, and how it went.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Id">Its id.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Faults">The faults that happened, by virtual time since the start of the world.</param>
/// <param name="Uninvited">True: the scenario itself does not ask for faults.</param>
/// <param name="Failure">The failing step or invariant; null for success.</param>
/// <param name="Message">What it said.</param>
/// <param name="VirtualTime">How far the run came.</param>
/// <param name="Events">How many events it had.</param>
/// <param name="Digest">The hash of everything that happened, in 16 hex digits.</param>
/// <param name="TraceSha256">The hash of <c>trace.ndjson</c>.</param>
/// <param name="Build">The program that made it.</param>
/// <param name="Version">The same for people.</param>
internal sealed record RecordedRun(
    string Scenario, string Id, ulong Seed, IReadOnlyList<FaultCommand> Faults, bool Uninvited, string? Failure, string? Message,
    TimeSpan VirtualTime, long Events, string Digest, string TraceSha256, string Build, string Version)
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string FileName = "run.json";

    /// <summary>The name of the trace beside it.</summary>
    public const string TraceFileName = "trace.ndjson";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads the run in a folder.</summary>
    /// <exception cref="CommandException">There is none, or it is none of ours.</exception>
    public static RecordedRun Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<RecordedRun>(InputFile.Read(file, "recorded run"), Json)
                ?? throw new CommandException(ExitCode.Usage, $"{file} holds no recorded run");
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCode.Usage, FormattableString.Invariant($"{file} is no recorded run: line {e.LineNumber + 1}, {e.Path}: {e.Message}"), e);
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(Stream output)
    {
        JsonSerializer.Serialize(output, this, Json);
        output.WriteByte((byte)'\n');
    }

    /// <summary>A digest as it is written.</summary>
    public static string Hex(ulong digest) => digest.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>One hash of a whole batch, in the order of its runs, so the same on any number of threads.</summary>
    public static string HashOf(IEnumerable<RunOutcome> outcomes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var o in outcomes)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{o.Seed} {Hex(o.Digest)} {o.Events} {o.VirtualTime.Ticks} {o.Failure}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
