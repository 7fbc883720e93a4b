using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace VtepLab.Cli.Output;

/// <summary>Log lines on standard error as JSON objects, one a line, for what collects logs: time, level, logger, message, and the values in it by name.</summary>
/// <param name="least">What is less important than this is left out.</param>
internal sealed class JsonLog(LogLevel least) : ILoggerFactory
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, least);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("logs go to standard error only");

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(string name, LogLevel least) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line, Readable))
            {
                json.WriteStartObject();
                json.WriteString("time", FormattableString.Invariant($"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}"));
                json.WriteString("level", logLevel.ToString().ToLowerInvariant());
                json.WriteString("logger", name);
                json.WriteString("message", formatter(state, exception));
                if (exception is not null)
                {
                    json.WriteString("exception", exception.ToString());
                }

                WriteValues(json, state as IEnumerable<KeyValuePair<string, object?>> ?? []);
                json.WriteEndObject();
            }

            line.WriteByte((byte)'\n');
            using var error = Console.OpenStandardError();
            error.Write(line.GetBuffer().AsSpan(0, (int)line.Length)); // One write a line, so that lines of two threads do not mix.
        }

        private static void WriteValues(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> values)
        {
            json.WriteStartObject("values");
            foreach (var (key, value) in values.Where(v => v.Key != "{OriginalFormat}"))
            {
                json.WriteString(key, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
        }
    }
}
