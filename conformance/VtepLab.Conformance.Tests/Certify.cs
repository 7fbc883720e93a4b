using System.Globalization;
using VtepLab.Conformance.Running;
using VtepLab.Hosting;
using VtepLab.Results;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Tests;

/// <summary>Runs the suite live, as the command line does.</summary>
internal static class Certify
{
    public static Task<CertificationRun> LiveAsync(
        string endpoint, Func<CertificationOptions, CertificationOptions>? change = null, Action<RunEvent>? watch = null,
        CancellationToken cancel = default)
    {
        var options = new CertificationOptions { Endpoint = Endpoint.Parse(endpoint) };
        return LiveHost.RunAsync(
            "tester", null, host => new CertificationRunner(host, change?.Invoke(options) ?? options, watch).RunAsync(cancel), CancellationToken.None);
    }

    /// <summary>Ids and messages of the results with a verdict, one a line.</summary>
    public static string With(this CertificationRun run, params Verdict[] verdicts) => string.Join(
        '\n', run.Checks.Where(c => verdicts.Contains(c.Verdict)).Select(
            c => string.Create(CultureInfo.InvariantCulture, $"{c.Requirement.Id} {c.Verdict}: {c.Message}")));
}
