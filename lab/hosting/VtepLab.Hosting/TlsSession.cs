using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>TLS as Open vSwitch does it: both sides show a certificate, each signed by the authority the other was given; names do not matter.</summary>
internal static class TlsSession
{
    /// <summary>Performs the handshake as client or server.</summary>
    /// <exception cref="NetworkException"><see cref="NetworkError.Tls"/>, with the reason.</exception>
    public static async Task<SslStream> HandshakeAsync(Stream inner, TlsIdentity identity, string? targetHost, string peer, CancellationToken cancel)
    {
        string? refused = null;
        using var files = TlsFiles.Read(identity);
        try
        {
            var context = SslStreamCertificateContext.Create(files.Own, null, offline: true);
            var stream = new SslStream(inner, leaveInnerStreamOpen: false, (_, certificate, _, _) => (refused = Judge(certificate, files.Authorities)) is null);
            if (targetHost is not null)
            {
                await stream.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = targetHost, ClientCertificateContext = context }, cancel);
            }
            else
            {
                await stream.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificateContext = context, ClientCertificateRequired = true }, cancel);
            }

            return stream;
        }
        catch (Exception e) when (e is System.Security.Authentication.AuthenticationException or CryptographicException or IOException)
        {
            throw new NetworkException(NetworkError.Tls, $"TLS with {peer} failed: {refused ?? e.Message}", e);
        }
    }

    /// <summary>Says why a certificate is not one that an authority has signed, for now; null when it is.</summary>
    public static string? Judge(X509Certificate? certificate, X509Certificate2Collection authorities)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return "the peer showed no certificate";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(leaf)
            ? null
            : $"the certificate of {leaf.Subject} was not accepted: "
                + string.Join(", ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct());
    }
}
