using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using VtepLab.Reports.Html;
using VtepLab.Results;
using VtepLab.Testing.Peers;
using static Microsoft.Playwright.Assertions;

namespace VtepLab.Reports.Tests;

/// <summary>A device that tries to write into its own report.</summary>
public class HostileDeviceTests
{
    private static readonly string[] Attacks =
    [
        "<script>document.title='owned'</script>",
        "</script><script>document.title='owned'</script>",
        "<!--<script>",
        "<img src=x onerror=\"document.title='owned'\">",
        "\" onmouseover=\"document.title='owned'\" x=\"",
        "' autofocus onfocus='document.title=1",
        "javascript:document.title='owned'",
        "{{{css}}} {{#each checks}}",
        "]]>&lt;b&gt;<style>*{display:none}</style>",
        "\u2028document.title='owned'\u2029",
        "a\u202Egnp.exe\u0000\u001b[31m\ud800 <svg onload=alert(1)>",
        "</title></style></textarea><iframe src='http://192.0.2.1/'>",
    ];

    private static readonly JsonSerializerOptions AsOnTheWire = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Test]
    public void No_markup_of_the_device_reaches_the_page()
    {
        foreach (var attack in Attacks.Where(a => a.Contains('<', StringComparison.Ordinal)))
        {
            var page = Encoding.UTF8.GetString(WriterTests.Write(new HtmlReportWriter(), Saying(attack)));

            Assert.That(page, Does.Not.Contain(attack));
        }
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task Hostile_strings_stay_text_everywhere_in_the_page()
    {
        foreach (var attack in Attacks)
        {
            await using var report = await ReportPage.Open(Saying(attack));
            var title = await report.Page.TitleAsync();
            await report.Page.Locator("#toggle-all").ClickAsync();
            await report.Page.Locator("#outside summary").First.ClickAsync();
            await Expect(report.Page.Locator("#VTEP-PRO-016 .rung")).ToHaveCountAsync(2);
            foreach (var message in await report.Page.Locator("#VTEP-PRO-016 .rung summary").AllAsync())
            {
                await message.ClickAsync();
            }

            await report.Page.Locator("#search").FillAsync(attack);
            await Expect(report.Page.Locator("#shown")).Not.ToHaveTextAsync("");

            Assert.That(report.Complaints, Is.Empty, attack);
            Assert.That(title, Does.StartWith("not certified: "), attack);
            Assert.That(await report.Page.TitleAsync(), Is.EqualTo(title), attack);
            Assert.That(await report.Page.Locator("script").CountAsync(), Is.EqualTo(2), attack); // The data and our own script.
            Assert.That(await report.Page.Locator("img, iframe, svg:not(.bar), [onerror], [onload], [onfocus], [onmouseover]").CountAsync(), Is.Zero, attack);
        }
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task A_name_that_turns_the_direction_of_text_is_shown_with_its_code_points()
    {
        await using var report = await ReportPage.Open(Saying("leaf\u202E1faeL\u200B"));

        await Expect(report.Page.Locator(".identity h2")).ToHaveTextAsync("leaf\u27E8U+202E\u27E91faeL\u27E8U+200B\u27E9");
        await report.Page.Locator("#VTEP-PRO-016 > summary").ClickAsync();
        await Expect(report.Page.Locator("#VTEP-PRO-016 .rung.received .detail")).ToContainTextAsync("\u27E8U+202E\u27E9");
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task The_policy_of_the_page_stops_a_script_that_got_in()
    {
        await using var report = await ReportPage.Open(SampleRun.Create());
        await report.Page.EvaluateAsync(
            "const s = document.createElement('script'); try { s.text = 'document.title = \"owned\"'; } catch { } document.body.append(s)");
        await report.Page.EvaluateAsync("fetch('http://192.0.2.1/').catch(() => {})");

        Assert.That(await report.Page.TitleAsync(), Does.StartWith("not certified"));
        Assert.That(report.Complaints, Has.Some.Contains("Content Security Policy"));
    }

    private static CertificationRun Saying(string text)
    {
        var run = SampleRun.Create();
        var broken = run.Checks[1] with
        {
            Message = text, Steps = [new CheckStep(text, text, text, false, 1, 2)], Evidence = [2, 3],
        };
        return run with
        {
            Device = new DeviceIdentity(text, [text], text, [text], [text], [text], text, text, text, text, text),
            Checks = [run.Checks[0], broken, run.Checks[2] with { Deviation = SampleRun.UsedDeviation with { Reason = text, Issue = text } }],
            LeftBehind = [text],
            EndingReason = text,
            Deviations = [SampleRun.UsedDeviation with { Reason = text, Issue = text }],
            Conversation =
            [
                new WireMessage(1, TimeSpan.Zero, text, WireDirection.Event, text, null),
                new WireMessage(2, TimeSpan.Zero, text, WireDirection.Sent, text, "VTEP-PRO-016"),
                new WireMessage(3, TimeSpan.Zero, text, WireDirection.Received, Json(text), "VTEP-PRO-016"),
            ],
        };
    }

    private static string Json(string text)
    {
        var quoted = JsonSerializer.Serialize(text, AsOnTheWire);
        return $"{{\"id\":1,\"result\":[{{{quoted}:{quoted}}}],\"error\":{quoted}}}";
    }
}
