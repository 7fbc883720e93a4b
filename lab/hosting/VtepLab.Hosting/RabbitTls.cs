using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace VtepLab.Hosting;

/// <summary>TLS with a broker, with the options of oslo.messaging's <c>[oslo_messaging_rabbit]</c> section and their meaning.</summary>
/// <param name="CaFile"><c>ssl_ca_file</c> (PEM): who has to have signed the broker's certificate; null for anybody, as in oslo.messaging.</param>
/// <param name="CertificateFile"><c>ssl_cert_file</c> (PEM): our certificate; null to show none.</param>
/// <param name="PrivateKeyFile"><c>ssl_key_file</c> (PEM): its key.</param>
/// <param name="ChecksHostName"><c>ssl_enforce_hostname_verification</c>: whether the certificate has to name the broker's host; false in oslo.messaging.</param>
public sealed record RabbitTls(string? CaFile = null, string? CertificateFile = null, string? PrivateKeyFile = null, bool ChecksHostName = false)
{
    /// <summary>What the client library takes; the files are read anew for every connection.</summary>
    /// <exception cref="IOException">A file cannot be used; names it.</exception>
    internal SslOption For(string host)
    {
        var authorities = new X509Certificate2Collection();
        var option = new SslOption(host) { Enabled = true };
        if (CaFile is not null)
        {
            Read(CaFile, () => authorities.ImportFromPemFile(CaFile));
        }

        if (CertificateFile is not null)
        {
            Read(CertificateFile, () => option.Certs = [X509Certificate2.CreateFromPemFile(CertificateFile, PrivateKeyFile)]);
        }

        option.CertificateValidationCallback = (_, certificate, _, errors) =>
            (!ChecksHostName || !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            && (CaFile is null || TlsSession.Judge(certificate, authorities) is null);
        return option;
    }

    private static void Read(string file, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or UnauthorizedAccessException)
        {
            throw new IOException($"cannot use {file} for TLS with the broker: {e.Message}", e);
        }
    }
}
