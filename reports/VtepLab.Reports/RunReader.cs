using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>A file of a run is not what its writer writes; the message names file, line and what is wrong.</summary>
public sealed class RunFormatException(string message, Exception? inner = null) : FormatException(message, inner);

/// <summary>Reads a run back from <c>results.json</c> and <c>transcript.ndjson</c>, so that its reports can be made again.</summary>
public static class RunReader
{
    /// <summary>Reads both files to their end.</summary>
    /// <param name="results">The content of results.json.</param>
    /// <param name="transcript">The content of transcript.ndjson.</param>
    /// <exception cref="RunFormatException">A file is damaged, of another kind, or written by a later version.</exception>
    public static CertificationRun Read(Stream results, Stream transcript)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(transcript);
        var document = ReadDocument(results);
        return document.ToRun(ReadTranscript(transcript));
    }

    private static RunDocument ReadDocument(Stream results)
    {
        RunDocument document;
        try
        {
            using var json = JsonDocument.Parse(results);
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } root
                || !root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String
                || format.GetString() != RunDocument.FormatName)
            {
                throw new RunFormatException($"results.json: no record of a run: expected an object with \"format\": \"{RunDocument.FormatName}\"");
            }

            if (!root.TryGetProperty("formatVersion", out var version) || !version.TryGetInt32(out var number)
                || number != RunDocument.CurrentVersion)
            {
                throw new RunFormatException(
                    $"results.json: format version {version} is not known here; this version reads {RunDocument.CurrentVersion}");
            }

            document = root.Deserialize<RunDocument>(ReportJson.Indented)!;
        }
        catch (JsonException e)
        {
            throw new RunFormatException($"results.json{Place(e.LineNumber)}: {e.Message}", e);
        }

        return document;
    }

    private static ImmutableArray<WireMessage> ReadTranscript(Stream transcript)
    {
        using var text = new StreamReader(transcript, new UTF8Encoding(false), leaveOpen: true);
        var messages = ImmutableArray.CreateBuilder<WireMessage>();
        for (var number = 0; text.ReadLine() is { } line; number++)
        {
            try
            {
                messages.Add(JsonSerializer.Deserialize<WireMessage>(line, ReportJson.Line)
                    ?? throw new JsonException("expected an object, found null"));
            }
            catch (JsonException e)
            {
                throw new RunFormatException($"transcript.ndjson{Place(number)}: {e.Message}", e);
            }
        }

        return messages.ToImmutable();
    }

    private static string Place(long? zeroBasedLine) => zeroBasedLine is { } line ? $" line {line + 1}" : "";
}
