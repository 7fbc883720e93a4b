using System.Text;
using Microsoft.Extensions.Logging;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Keeps what a host logs, for tests that ask what an operator would read.</summary>
internal sealed class KeptLog : ILoggerFactory, ILogger
{
    private readonly StringBuilder _text = new();

    /// <summary>All lines so far.</summary>
    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_text)
        {
            _text.AppendLine(formatter(state, exception));
        }
    }

    public void Dispose()
    {
    }
}
