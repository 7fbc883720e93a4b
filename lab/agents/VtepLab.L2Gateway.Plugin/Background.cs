using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>Work that nobody waits for: while the database or the bus takes nothing it is left undone, and the next occasion does it.</summary>
internal static class Background
{
    /// <summary>Does it.</summary>
    /// <param name="log">Where it is said why it was left.</param>
    /// <param name="what">What is done, for the log.</param>
    /// <param name="work">The work.</param>
    /// <returns>False when it was left.</returns>
    public static async Task<bool> TryAsync(ILogger log, string what, Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception failed) when (failed is OvsdbException or IOException or TimeoutException)
        {
            log.LogWarning("{Work} is left for now: {Problem}", what, failed.Message);
            return false;
        }
    }
}
