using Microsoft.Playwright;

namespace VtepLab.Reports.Tests;

/// <summary>report.html as a person uses it, in a real browser.</summary>
[Category("real-peer")]
public class BrowserTests
{
    [TestCase(1280, ColorScheme.Light, "light")]
    [TestCase(1280, ColorScheme.Dark, "dark")]
    [TestCase(390, ColorScheme.Light, "narrow")]
    public async Task Opens_without_a_complaint_or_a_request(int width, ColorScheme scheme, string name)
    {
        await using var report = await ReportPage.Open(LargeRun.Create(), width, scheme);
        await report.Keep($"{name}-top");
        await report.Page.Locator("#VTEP-PRO-002 > summary").ClickAsync();
        await report.Page.Locator("#VTEP-PRO-002 .rung.error summary").ClickAsync();
        await report.Page.Locator("#VTEP-PRO-002").ScrollIntoViewIfNeededAsync();
        await report.Keep(name, wholePage: true);

        Assert.That(await report.Page.TitleAsync(), Is.EqualTo("not certified: leaf1 · hardware_vtep conformance"));
        Assert.That(await report.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), Is.True, "no sideways scrolling");
        Assert.That(report.Complaints, Is.Empty);
    }
}
