using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>How the values of a run are written in JSON: enumerations as their words, spans of time in seconds, absent values as null.</summary>
internal static class ReportJson
{
    /// <summary>On one line.</summary>
    public static JsonSerializerOptions Line { get; } = Make(indented: false);

    /// <summary>For people to read.</summary>
    public static JsonSerializerOptions Indented { get; } = Make(indented: true);

    private static JsonSerializerOptions Make(bool indented)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            // These are files of their own, never part of a page, so quotes and national letters stay readable.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = indented,
            NewLine = "\n",
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            NumberHandling = JsonNumberHandling.Strict,
        };
        options.Converters.Add(new SecondsConverter());
        options.Converters.Add(new WordConverter<Verdict>(Words.Of));
        options.Converters.Add(new WordConverter<RequirementLevel>(Words.Of));
        options.Converters.Add(new WordConverter<CertificationVerdict>(Words.Of));
        options.Converters.Add(new WordConverter<RunEnding>(Words.Of));
        options.Converters.Add(new WordConverter<WireDirection>(Words.Of));
        options.Converters.Add(new WordConverter<DeviationUse>(Words.Of));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class SecondsConverter : JsonConverter<TimeSpan>
    {
        // Decimal, so that every tick of 100 ns survives the way there and back.
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return TimeSpan.FromTicks((long)(reader.GetDecimal() * TimeSpan.TicksPerSecond));
            }
            catch (OverflowException e)
            {
                throw new JsonException("expected a span of time in seconds, found more than 29,000 years", e);
            }
        }

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue((decimal)value.Ticks / TimeSpan.TicksPerSecond);
    }

    private sealed class WordConverter<T>(Func<T, string> of) : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Words.Parse(reader.GetString() ?? "", of);
            }
            catch (FormatException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(of(value));
    }
}
