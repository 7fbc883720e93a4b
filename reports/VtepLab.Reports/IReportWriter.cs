using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>Writes one report of a run. A writer reads the record of the run and nothing else, so a report can be made again later.</summary>
public interface IReportWriter
{
    /// <summary>The file's name in the folder of the run, such as <c>junit.xml</c>.</summary>
    string FileName { get; }

    /// <summary>Writes the whole report and leaves the stream open; the same run gives the same bytes.</summary>
    void Write(CertificationRun run, Stream output);
}
