using System.Reflection;
using System.Security.Cryptography;

namespace VtepLab.Cli.Exploring;

/// <summary>Says whether two runs were made by the same program: the same seed gives the same run only then.</summary>
internal static class BuildIdentity
{
    /// <summary>A hash of the versions of all our modules, as the compiler numbered them, and the runtime's.</summary>
    public static string Text { get; } = Compute();

    private static string Compute()
    {
        var modules = new SortedDictionary<string, Guid>(StringComparer.Ordinal);
        var toVisit = new Stack<Assembly>([typeof(BuildIdentity).Assembly]);
        while (toVisit.TryPop(out var assembly))
        {
            if (modules.TryAdd(assembly.GetName().Name!, assembly.ManifestModule.ModuleVersionId))
            {
                foreach (var name in assembly.GetReferencedAssemblies().Where(n => n.Name!.StartsWith("VtepLab.", StringComparison.Ordinal)))
                {
                    toVisit.Push(Assembly.Load(name));
                }
            }
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var module in modules.Values)
        {
            hash.AppendData(module.ToByteArray());
        }

        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Environment.Version.ToString()));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
