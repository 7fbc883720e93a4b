using System.Collections.Immutable;
using VtepLab.Reports.Html;

namespace VtepLab.Reports;

/// <summary>The reports that a run is written to.</summary>
public static class ReportFiles
{
    /// <summary>Every writer, in the order in which they are written: what the others can be made from comes first.</summary>
    public static ImmutableArray<IReportWriter> All { get; } =
    [
        new TranscriptWriter(),
        new ResultsJsonWriter(),
        new JUnitWriter(),
        new HtmlReportWriter(),
        new CtrfWriter(),
        new SubunitWriter(),
        new TapWriter(),
    ];
}
