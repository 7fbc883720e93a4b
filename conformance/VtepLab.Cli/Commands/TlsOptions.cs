using System.CommandLine;
using VtepLab.Hosting;
using VtepLab.Runtime;

namespace VtepLab.Cli.Commands;

/// <summary>The three files of a TLS identity, named as Open vSwitch's tools name them.</summary>
internal sealed class TlsOptions
{
    private readonly Option<string?> privateKey = Options.Path("--private-key", "-p", "FILE", "our private key (PEM), for ssl: and pssl:");
    private readonly Option<string?> certificate = Options.Path("--certificate", "-c", "FILE", "our certificate (PEM)");
    private readonly Option<string?> caCertificate = Options.Path("--ca-cert", "-C", "FILE", "the authority that has to have signed the peer's certificate (PEM)");

    /// <summary>Makes a command take them.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(privateKey);
        command.Options.Add(certificate);
        command.Options.Add(caCertificate);
    }

    /// <summary>The identity, or null when none was given.</summary>
    /// <exception cref="CommandException">Some of the files were given, or one is not what it should be.</exception>
    public TlsIdentity? Of(ParseResult parsed)
    {
        string?[] files = [parsed.GetValue(privateKey), parsed.GetValue(certificate), parsed.GetValue(caCertificate)];
        if (files.All(f => f is null))
        {
            return null;
        }

        if (files.Any(f => f is null))
        {
            throw new CommandException(ExitCode.Usage, "--private-key, --certificate and --ca-cert belong together: give all three");
        }

        var identity = new TlsIdentity(files[0]!, files[1]!, files[2]!);
        Check(identity);
        return identity;
    }

    /// <summary>Complains of a file that is not there, holds something else, or does not belong to the others.</summary>
    public static void Check(TlsIdentity identity)
    {
        try
        {
            TlsFiles.Read(identity).Dispose();
        }
        catch (NetworkException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message, e);
        }
    }
}
