using System.Globalization;
using VtepLab.Gherkin;
using VtepLab.Scenarios;

namespace VtepLab.Cli.Exploring;

/// <summary>The file in a run's folder that holds the frames of a scenario's links.</summary>
internal static class FrameFile
{
    /// <summary>
    /// The scenario's id with <c>.pcapng</c>; the rows of an outline, which share one, are numbered in the order of the file:
    /// <c>VT-L2GW-007-2.pcapng</c>. The name does not depend on which scenarios are run.
    /// </summary>
    public static string NameOf(Pickle pickle)
    {
        var id = ScenarioChoice.IdOf(pickle);
        var alike = ScenarioBook.Pickles.Where(p => ScenarioChoice.IdOf(p) == id).ToList();
        var name = string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        return alike.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{name}-{alike.FindIndex(p => p.Location == pickle.Location) + 1}.pcapng") : $"{name}.pcapng";
    }
}
