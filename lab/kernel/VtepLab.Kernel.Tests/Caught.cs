namespace VtepLab.Kernel.Tests;

/// <summary>Awaits what must fail. (NUnit's own <c>Throws</c> blocks the thread, which is the only one a simulation or a live host has.)</summary>
internal static class Caught
{
    public static async Task<T> ByAsync<T>(Func<Task> action)
        where T : Exception
    {
        try
        {
            await action();
        }
        catch (T e)
        {
            return e;
        }

        throw new AssertionException($"expected {typeof(T).Name}, but nothing was thrown");
    }
}
