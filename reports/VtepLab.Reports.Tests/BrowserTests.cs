using System.Text.RegularExpressions;
using Microsoft.Playwright;
using VtepLab.Testing.Peers;
using static Microsoft.Playwright.Assertions;

namespace VtepLab.Reports.Tests;

/// <summary>report.html as a person uses it, in a real browser.</summary>
[Category(RealPeer.Category)]
public class BrowserTests
{
    [TestCase(1280, ColorScheme.Light, "light")]
    [TestCase(1280, ColorScheme.Dark, "dark")]
    [TestCase(390, ColorScheme.Light, "narrow")]
    public async Task Opens_without_a_complaint_a_request_or_sideways_scrolling(int width, ColorScheme scheme, string name)
    {
        await using var report = await ReportPage.Open(LargeRun.Create(), width, scheme);
        await report.Keep($"{name}-top");
        await report.Page.Locator("#VTEP-PRO-002 > summary").ClickAsync();
        await report.Page.Locator("#VTEP-PRO-002 .rung.error summary").ClickAsync();
        await report.Page.EvaluateAsync("location.hash = '#VTEP-PRO-002'");
        await report.Keep($"{name}-check");
        await report.Page.Locator("#VTEP-PRO-002 .rung.error").ScrollIntoViewIfNeededAsync();
        await report.Keep($"{name}-ladder");
        await report.Page.Locator("footer").ScrollIntoViewIfNeededAsync();
        await report.Keep($"{name}-end");

        Assert.That(await report.Page.TitleAsync(), Is.EqualTo("not certified: leaf1 · hardware_vtep conformance"));
        Assert.That(await report.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), Is.True);
        Assert.That(report.Complaints, Is.Empty);
    }

    [Test]
    public async Task The_verdict_chips_the_level_chips_and_the_group_narrow_the_matrix()
    {
        await using var report = await ReportPage.Open(SampleRun.Create());
        await report.Page.GetByRole(AriaRole.Button, new() { Name = "fail", Exact = false }).First.ClickAsync();
        Assert.That(await Shown(report), Is.EqualTo(new[] { "VTEP-PRO-016" }));

        await report.Page.GetByRole(AriaRole.Button, new() { Name = "pass 1", Exact = false }).ClickAsync();
        Assert.That(await Shown(report), Is.EqualTo(new[] { "VTEP-PRO-001", "VTEP-PRO-016" }));
        await Expect(report.Page.Locator("#shown")).ToHaveTextAsync("2 of 6 requirements");

        await report.Page.GetByRole(AriaRole.Button, new() { Name = "Clear filter" }).ClickAsync();
        await report.Page.Locator("[data-level=SHOULD].chip").ClickAsync();
        Assert.That(await Shown(report), Is.EqualTo(new[] { "VTEP-SCH-008" }));

        await report.Page.Locator("#group").SelectOptionAsync("VLAN binding");
        await Expect(report.Page.Locator("#nothing")).ToBeVisibleAsync();
    }

    [TestCase("void optimistic", "VTEP-PRO-016", TestName = "Search_finds_words_of_the_requirement_in_any_order")]
    [TestCase("LISTED", "VTEP-PRO-001", TestName = "Search_finds_the_finding_in_any_case")]
    [TestCase("is empty", "VTEP-PRO-016", TestName = "Search_finds_the_words_of_a_step")]
    [TestCase("\"op\":\"wait\"", "VTEP-PRO-016", TestName = "Search_finds_text_that_only_a_message_has")]
    [TestCase("bugs.example", "VTEP-SCH-008", TestName = "Search_finds_the_deviation")]
    public async Task Search_finds(string words, string id)
    {
        await using var report = await ReportPage.Open(SampleRun.Create());
        await report.Page.Keyboard.PressAsync("/");
        await report.Page.Keyboard.TypeAsync(words);

        await Expect(report.Page.Locator("#shown")).ToHaveTextAsync("1 of 6 requirements");
        Assert.That(await Shown(report), Is.EqualTo(new[] { id }));
    }

    [Test]
    public async Task A_check_opened_by_keyboard_shows_its_own_messages_as_a_ladder()
    {
        await using var report = await ReportPage.Open(SampleRun.Create());
        var check = report.Page.Locator("#VTEP-PRO-016");
        await check.Locator("> summary").FocusAsync();
        await report.Page.Keyboard.PressAsync("Enter");

        await Expect(check.Locator(".rung")).ToHaveCountAsync(2);
        await Expect(check.Locator(".rung").Nth(0)).ToHaveClassAsync("rung sent");
        await Expect(check.Locator(".rung").Nth(0).Locator("summary")).ToHaveTextAsync("transactwait Global#4 ctl");
        await Expect(check.Locator(".rung").Nth(1).Locator(".method")).ToHaveTextAsync("reply to transact");
        await Expect(check.Locator(".rung").Nth(1).Locator(".at")).ToHaveTextAsync("0.0120 s+2.0 ms");

        await check.Locator(".rung").Nth(0).Locator("summary").ClickAsync();
        await Expect(check.Locator(".json")).ToContainTextAsync("\"until\": \"==\"");
    }

    [Test]
    public async Task A_step_leads_to_its_messages_even_when_they_are_far_down()
    {
        await using var report = await ReportPage.Open(LargeRun.Create());
        var check = report.Page.Locator("#VTEP-PRO-001");
        await check.Locator("> summary").ClickAsync();
        await Expect(check.Locator(".rung")).ToHaveCountAsync(100); // Of 450: the rest is drawn when asked for.

        await check.Locator("a.jump").Last.ClickAsync();

        await Expect(check.Locator(".rung.is-target")).ToHaveAttributeAsync("data-sequence", "450");
        await Expect(check.Locator(".rung.is-target")).ToBeInViewportAsync();
    }

    [Test]
    public async Task A_link_to_a_requirement_opens_it()
    {
        await using var report = await ReportPage.Open(SampleRun.Create());
        await report.Page.Locator("#deviations a", new() { HasTextRegex = new Regex("^VTEP-SCH-008$") }).ClickAsync();

        await Expect(report.Page.Locator("#VTEP-SCH-008 .callout")).ToBeVisibleAsync();
    }

    [Test]
    public async Task On_paper_a_failed_check_is_open_and_the_filter_is_gone()
    {
        await using var report = await ReportPage.Open(SampleRun.Create());
        await report.Page.EvaluateAsync("window.dispatchEvent(new Event('beforeprint'))");
        await report.Page.EmulateMediaAsync(new() { Media = Media.Print });

        await Expect(report.Page.Locator("#VTEP-PRO-016 .steps")).ToBeVisibleAsync();
        await Expect(report.Page.Locator("#VTEP-PRO-001 .steps")).ToBeHiddenAsync();
        await Expect(report.Page.Locator(".toolbar")).ToBeHiddenAsync();
        await report.Keep("print", wholePage: true);
    }

    [Test]
    public async Task A_requirement_without_a_check_is_shown_as_not_covered()
    {
        await using var report = await ReportPage.Open(SampleRun.Create());

        await Expect(report.Page.Locator("#VTEP-VLN-001 .badge")).ToContainTextAsync("not covered");
    }

    private static async Task<IReadOnlyList<string>> Shown(ReportPage report) =>
        await report.Page.Locator("details.check[id]:visible").EvaluateAllAsync<string[]>("all => all.map(d => d.id)");
}
