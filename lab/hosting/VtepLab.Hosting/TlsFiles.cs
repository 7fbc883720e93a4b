using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>The contents of the files that a <see cref="TlsIdentity"/> names.</summary>
public sealed class TlsFiles : IDisposable
{
    private TlsFiles(X509Certificate2 own, X509Certificate2Collection authorities) => (Own, Authorities) = (own, authorities);

    /// <summary>Our certificate with its private key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>Whom we trust.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>Reads them; they may change while a program runs, so it is done for every connection.</summary>
    /// <exception cref="NetworkException"><see cref="NetworkError.Tls"/>; names the file, what was expected in it and what is wrong.</exception>
    public static TlsFiles Read(TlsIdentity identity)
    {
        var key = ReadText(identity.PrivateKeyFile, "private key");
        var certificate = ReadText(identity.CertificateFile, "certificate");
        var authorities = new X509Certificate2Collection();
        Parse(identity.CertificateFile, "certificate", () => X509Certificate2.CreateFromPem(certificate).Dispose());
        Parse(identity.CaCertificateFile, "certificate of an authority", () => authorities.ImportFromPem(ReadText(identity.CaCertificateFile, "certificate of the authority")));
        if (authorities.Count == 0)
        {
            throw Bad(identity.CaCertificateFile, "holds no certificate of an authority (PEM)");
        }

        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw Bad(identity.PrivateKeyFile, "holds no private key (PEM)");
        }

        try
        {
            return new TlsFiles(X509Certificate2.CreateFromPem(certificate, key), authorities);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw Bad(identity.PrivateKeyFile, $"holds no private key of the certificate {identity.CertificateFile}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Own.Dispose();

    private static string ReadText(string file, string what)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message;
            throw new NetworkException(NetworkError.Tls, $"cannot read the {what} {file}: {reason}", e);
        }
    }

    private static void Parse(string file, string what, Action parse)
    {
        try
        {
            parse();
        }
        catch (CryptographicException e)
        {
            throw Bad(file, $"holds no {what} (PEM): {e.Message}", e);
        }
    }

    private static NetworkException Bad(string file, string what, Exception? inner = null) => new(NetworkError.Tls, $"{file} {what}", inner);
}
