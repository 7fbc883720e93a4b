using Microsoft.Playwright;
using VtepLab.Reports.Html;
using VtepLab.Results;

namespace VtepLab.Reports.Tests;

/// <summary>A report opened from a file in Debian's Chromium, with all that the page complains of or asks the network for.</summary>
internal sealed class ReportPage : IAsyncDisposable
{
    private readonly string file;

    private ReportPage(IPage page, string file)
    {
        this.file = file;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, exceptions, dialogs, and every request but the one for the file itself.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<ReportPage> Open(CertificationRun run, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var browser = await SharedBrowser.Get();
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".html");
        await File.WriteAllBytesAsync(file, WriterTests.Write(new HtmlReportWriter(), run));
        var page = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce,
        });
        var opened = new ReportPage(page, file);
        opened.Watch();
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return opened;
    }

    /// <summary>Keeps a picture of the page, or of one part of it, among the artefacts.</summary>
    public async Task Keep(string name, bool wholePage = false)
    {
        var path = Repository.TestOutput($"report-{name}.png");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = path, FullPage = wholePage });
        TestContext.AddTestAttachment(path);
    }

    public async ValueTask DisposeAsync()
    {
        await Page.Context.DisposeAsync();
        File.Delete(file);
    }

    private void Watch()
    {
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Add($"console {message.Type}: {message.Text}");
            }
        };
        Page.PageError += (_, error) => Complaints.Add($"exception: {error}");
        Page.Dialog += (_, dialog) =>
        {
            Complaints.Add($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        Page.Request += (_, request) =>
        {
            // The empty icon is in the page itself: a data: address asks nobody.
            if (request.Url != new Uri(file).AbsoluteUri && !request.Url.StartsWith("data:,", StringComparison.Ordinal))
            {
                Complaints.Add($"request: {request.Url}");
            }
        };
    }
}
