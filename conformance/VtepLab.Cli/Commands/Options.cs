using System.CommandLine;
using VtepLab.Runtime;

namespace VtepLab.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class Options
{
    /// <summary><c>--format table|json</c>.</summary>
    public static Option<string> Format()
    {
        var format = new Option<string>("--format") { Description = "table or json", HelpName = "table|json", DefaultValueFactory = _ => "table" };
        format.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not ("table" or "json") and var other)
            {
                result.AddError($"--format takes table or json, not '{other}'");
            }
        });
        return format;
    }

    /// <summary>An option whose value is an endpoint.</summary>
    public static Option<Endpoint?> Endpoint(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ENDPOINT",
        CustomParser = result =>
        {
            if (Runtime.Endpoint.TryParse(result.Tokens[0].Value, out var endpoint, out var error))
            {
                return endpoint;
            }

            result.AddError(error);
            return null;
        },
    };

    /// <summary>An option whose value is a path.</summary>
    public static Option<string?> Path(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };

    /// <summary>An option whose value is a path, with the letter Open vSwitch's tools know it by.</summary>
    public static Option<string?> Path(string name, string alias, string helpName, string description) =>
        new(name, alias) { Description = description, HelpName = helpName };
}
