using System.CommandLine;

namespace VtepLab.Cli.Commands;

/// <summary><c>--threads N</c>: how many simulations run side by side.</summary>
internal static class ThreadsOption
{
    /// <summary>The option; one thread a processor when it is not given.</summary>
    public static Option<int> Make()
    {
        var threads = new Option<int>("--threads")
        {
            Description = "simulations side by side; results do not depend on it", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        threads.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var n) || n is < 1 or > 1024))
            {
                result.AddError($"--threads takes 1 to 1024, not '{token.Value}'");
            }
        });
        return threads;
    }
}
