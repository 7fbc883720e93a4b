namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The kinds of words that steps are made of.</summary>
[Binding]
public static class Transformations
{
    /// <summary>A MAC address: <c>{mac}</c>.</summary>
    [StepArgumentTransformation("[0-9a-f]{2}(?::[0-9a-f]{2}){5}", Name = "mac")]
    public static string Mac(string text) => text;

    /// <summary>An IP address: <c>{ip}</c>.</summary>
    [StepArgumentTransformation(@"\d+\.\d+\.\d+\.\d+", Name = "ip")]
    public static string Ip(string text) => text;

    /// <summary>A VNI, 0 to 16777215: <c>{vni}</c>.</summary>
    [StepArgumentTransformation(@"\d+", Name = "vni")]
    public static long Vni(long number) =>
        number <= 0xFFFFFF ? number : throw new FormatException($"{number} is no VNI: expected 0 to 16777215");

    /// <summary>A name in quotes: <c>{switch}</c>.</summary>
    [StepArgumentTransformation("\"([^\"]*)\"", Name = "switch")]
    public static string Switch(string name) => name;

    /// <summary>Several names in quotes, with commas and "and" between them: <c>{names}</c>.</summary>
    [StepArgumentTransformation("(\"[^\"]*\"(?:(?:, | and )\"[^\"]*\")*)", Name = "names")]
    public static string[] Names(string text) => [.. text.Split('"').Where((_, i) => i % 2 == 1)];

    /// <summary>Addresses with commas and "and" between them: <c>{ips}</c>.</summary>
    [StepArgumentTransformation(@"\d+\.\d+\.\d+\.\d+(?:(?:, | and )\d+\.\d+\.\d+\.\d+)*", Name = "ips")]
    public static string Ips(string text) => text;

    /// <summary>Seconds: <c>{seconds}</c>.</summary>
    [StepArgumentTransformation(@"(\d+(?:\.\d+)?) seconds?", Name = "seconds")]
    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
