using System.Globalization;

namespace VtepLab.OpenFlow;

/// <summary>Port numbers that mean something else than a port (OpenFlow 1.0 section 5.2.1).</summary>
public static class OpenFlowPorts
{
    /// <summary>The highest number of an ordinary port.</summary>
    public const int Max = 0xFEFF;

    /// <summary>Where the frame came from.</summary>
    public const int InPort = 0xFFF8;

    /// <summary>The learning switch.</summary>
    public const int Normal = 0xFFFA;

    /// <summary>All ports that may be flooded to, but for the one the frame came from.</summary>
    public const int Flood = 0xFFFB;

    /// <summary>All ports but for the one the frame came from.</summary>
    public const int All = 0xFFFC;

    /// <summary>The controller.</summary>
    public const int Controller = 0xFFFD;

    /// <summary>The bridge's own port.</summary>
    public const int Local = 0xFFFE;

    /// <summary>No port at all.</summary>
    public const int None = 0xFFFF;

    private static readonly (string Name, int Number)[] Reserved =
    [
        ("IN_PORT", InPort), ("NORMAL", Normal), ("FLOOD", Flood), ("ALL", All), ("CONTROLLER", Controller), ("LOCAL", Local),
        ("NONE", None), ("ANY", None), ("TABLE", 0xFFF9),
    ];

    /// <summary>The name of a reserved port, or the number.</summary>
    public static string Format(int port)
    {
        foreach (var (name, number) in Reserved)
        {
            if (number == port)
            {
                return name;
            }
        }

        return port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a number up to 65535 or the name of a reserved port, in any case.</summary>
    public static bool TryParse(string text, out int port)
    {
        foreach (var (name, number) in Reserved)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                port = number;
                return true;
            }
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 0xFFFF;
    }
}
