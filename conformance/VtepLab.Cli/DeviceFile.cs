using VtepLab.Cli.Commands;
using VtepLab.Conformance.Input;
using VtepLab.Runtime;

namespace VtepLab.Cli;

/// <summary>Reads a device file that the user named.</summary>
internal static class DeviceFile
{
    /// <summary>What it says; files that it names are beside it, wherever the command is started.</summary>
    public static DeviceDescription Read(string file)
    {
        var description = DeviceDescription.Parse(file, InputFile.Read(file, "device file"));
        if (description.Tls is not { } named)
        {
            return description;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var found = new TlsIdentity(
            Path.Combine(folder, named.PrivateKeyFile), Path.Combine(folder, named.CertificateFile), Path.Combine(folder, named.CaCertificateFile));
        TlsOptions.Check(found);
        return description with { Tls = found };
    }
}
