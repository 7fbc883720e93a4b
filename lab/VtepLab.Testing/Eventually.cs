using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace VtepLab.Testing;

/// <summary>For what a real peer does in its own time: asks again until the answer is right, and no longer than needed.</summary>
public static class Eventually
{
    /// <summary>Asks every 20 ms until the constraint holds; after <paramref name="limit"/> (a minute by default) the last answer fails the test.</summary>
    public static async Task That<T>(Func<Task<T>> ask, IResolveConstraint expression, TimeSpan? limit = null)
    {
        var constraint = expression.Resolve();
        var end = DateTime.UtcNow + (limit ?? TimeSpan.FromMinutes(1));
        var answer = await ask();
        while (!constraint.ApplyTo(answer).IsSuccess && DateTime.UtcNow < end)
        {
            await Task.Delay(20);
            answer = await ask();
        }

        Assert.That(answer, constraint);
    }
}
