using Microsoft.Extensions.Logging;

namespace VtepLab.Simulation;

/// <summary>One host's loggers: they pass on to the world's, and to the trace while it is written, with virtual time.</summary>
internal sealed class TracingLoggers(SimulatedWorld world, string host) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new TracingLogger(world, host, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The world's logger factory has the providers.");

    public void Dispose()
    {
    }

    private sealed class TracingLogger(SimulatedWorld world, string host, string category) : ILogger
    {
        private readonly ILogger _next = world.Logs.CreateLogger($"{host}.{category}");

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => _next.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => _next.IsEnabled(logLevel) || (world.Trace is not null && logLevel >= LogLevel.Information);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (world.Trace is { } trace && logLevel >= LogLevel.Information)
            {
                trace.Log(world.Kernel.Now, host, logLevel.ToString(), category, formatter(state, exception));
            }

            _next.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
