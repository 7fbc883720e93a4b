namespace VtepLab.Testing.Peers;

/// <summary>Keys and certificates of a test, as <c>openssl</c> makes them: <c>NAME.key</c> and <c>NAME.pem</c> in a directory that goes with the test.</summary>
public sealed class CertificateFolder : IDisposable
{
    private readonly TempDirectory _directory = new();

    /// <summary>The path of a file.</summary>
    public string this[string file] => _directory[file];

    /// <summary>Makes a key and a certificate for it.</summary>
    /// <param name="name">The common name, and the name of the files.</param>
    /// <param name="signedBy">The name of the authority; null for one that signs itself.</param>
    /// <param name="expired">True: it was good for one day of the year 2020.</param>
    public async Task CertifyAsync(string name, string? signedBy = null, bool expired = false)
    {
        var openssl = RealPeer.Require("openssl");
        if (signedBy is null && !expired)
        {
            (await PeerProcess.RunAsync(openssl,
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", $"/CN={name}", "-keyout", this[name + ".key"], "-out", this[name + ".pem"],
            ])).Success();
            return;
        }

        (await PeerProcess.RunAsync(openssl,
        [
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", $"/CN={name}", "-keyout", this[name + ".key"], "-out", this[name + ".csr"],
        ])).Success();
        var authority = signedBy ?? name;
        string[] validity = expired ? ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"] : ["-days", "2"];
        await File.WriteAllTextAsync(this["ca.cnf"], $"[ca]\ndefault_ca=d\n[d]\ndatabase={this["index.txt"]}\nnew_certs_dir={_directory.Path}\ndefault_md=sha256\npolicy=p\nrand_serial=yes\nunique_subject=no\n[p]\ncommonName=supplied\n");
        await File.WriteAllTextAsync(this["index.txt"], "");
        (await PeerProcess.RunAsync(openssl,
        [
            "ca", "-batch", "-notext", "-config", this["ca.cnf"], "-cert", this[authority + ".pem"], "-keyfile", this[authority + ".key"], .. validity,
            "-in", this[name + ".csr"], "-out", this[name + ".pem"],
        ])).Success();
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();
}
