using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>Three parties in files: two that one authority has signed, and a stranger whom another one has.</summary>
public sealed class TlsIdentities : IDisposable
{
    private readonly TempDirectory _directory = new();

    public TlsIdentities()
    {
        using var authority = Authority("lab");
        using var other = Authority("elsewhere");
        Server = Identity("server", authority);
        Client = Identity("client", authority);
        Stranger = Identity("stranger", other);
    }

    public TlsIdentity Server { get; }

    public TlsIdentity Client { get; }

    public TlsIdentity Stranger { get; }

    public void Dispose() => _directory.Dispose();

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private TlsIdentity Identity(string name, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3, (byte)name.Length]);
        var identity = new TlsIdentity(_directory[$"{name}-key.pem"], _directory[$"{name}-cert.pem"], _directory[$"{name}-ca.pem"]);
        File.WriteAllText(identity.PrivateKeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(identity.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(identity.CaCertificateFile, authority.ExportCertificatePem());
        return identity;
    }
}
