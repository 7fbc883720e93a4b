using Microsoft.Playwright;
using VtepLab.Testing.Peers;

namespace VtepLab.Reports.Tests;

/// <summary>Debian's Chromium, started once for all tests and stopped after the last; every page has a context of its own.</summary>
[SetUpFixture]
public class SharedBrowser
{
    private static IPlaywright? playwright;
    private static IBrowser? browser;

    /// <summary>The browser; ends the test when there is none on this machine.</summary>
    public static async Task<IBrowser> Get()
    {
        var chromium = RealPeer.Require("chromium");
        playwright ??= await Playwright.CreateAsync();
        return browser ??= await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }
}
