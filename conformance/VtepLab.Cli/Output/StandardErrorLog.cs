using Microsoft.Extensions.Logging;

namespace VtepLab.Cli.Output;

/// <summary>Log lines on standard error: time, level, what happened.</summary>
/// <param name="least">What is less important than this is left out.</param>
internal sealed class StandardErrorLog(LogLevel least) : ILoggerFactory, ILogger
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var word = logLevel switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            _ => "error",
        };
        var reason = exception is null ? "" : $": {exception.Message}";
        Console.Error.WriteLine(FormattableString.Invariant(
            $"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {word,-5} {Safe.Line(formatter(state, exception) + reason)}"));
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("logs go to standard error only");

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
