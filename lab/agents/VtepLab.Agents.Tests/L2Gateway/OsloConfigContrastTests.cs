using System.Text.Json;
using VtepLab.L2Gateway.Agent;
using VtepLab.Testing.Peers;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>Our reader beside Debian's python3-oslo.config: the same file, the same values.</summary>
[Category("real-peer")]
public class OsloConfigContrastTests
{
    private const string Program = """
        import json, sys
        from oslo_config import cfg
        c = cfg.ConfigOpts()
        for n in ('x', 'y'):
            c.register_opt(cfg.StrOpt(n), group='ovsdb')
        c.register_opt(cfg.StrOpt('state_path'))
        try:
            c(['--config-file', sys.argv[1]], project='contrast')
            print(json.dumps([c.ovsdb.x, c.ovsdb.y]))
        except Exception as e:
            print(json.dumps('refused'))
        """;

    [TestCase("[ovsdb]\nx = a:1.2.3.4:6632,\n  b:1.2.3.5:6632\ny=1\n")]
    [TestCase("[ovsdb]\nx : a = b\ny= c:d\n")]
    [TestCase("[ovsdb]\nx = 'quoted'\ny = \"half\n")]
    [TestCase("[ovsdb]\nx = 'a,\n  b'\n")]
    [TestCase("[DEFAULT]\nstate_path = /s\n[ovsdb]\nx = $state_path/${y}$$z\ny = 1\n")]
    [TestCase("[ovsdb]\nx = a\\$b#c ; d\n")]
    [TestCase("[OVSDB]\nx = 1\n[ovsdb]\nx = 2\ny =\n")]
    [TestCase("[ovsdb]\nx = a\n# comment\n  b\n")]
    [TestCase("[ovsdb]\nx = a\n\n  b\n")]
    [TestCase("[ovsdb]\nx = $nope/q\n")]
    [TestCase("[ovsdb\nx = 1\n")]
    [TestCase("x = 1\n")]
    [TestCase("[ovsdb]\n= v\n")]
    [TestCase("[ovsdb]\nnonsense\n")]
    public async Task A_file_reads_as_oslo_reads_it(string text)
    {
        // Debian's own interpreter: the first python on the path need not have Debian's packages.
        var python = RealPeer.Require("/usr/bin/python3");
        using var directory = new TempDirectory();
        var file = Path.Combine(directory.Path, "f.ini");
        await File.WriteAllTextAsync(file, text);
        var result = await PeerProcess.RunAsync(python, ["-c", Program, file]);
        if (result.ExitCode != 0)
        {
            RealPeer.Missing($"oslo.config does not run here: {result.Errors.Trim()}");
        }

        Assert.That(Ours(text), Is.EqualTo(JsonSerializer.Serialize(JsonDocument.Parse(result.Output).RootElement)));
    }

    private static string Ours(string text)
    {
        try
        {
            var config = new OsloConfiguration([("f.ini", text)]);
            return JsonSerializer.Serialize(new[] { config.Text("ovsdb", "x"), config.Text("ovsdb", "y") });
        }
        catch (ConfigurationException)
        {
            return "\"refused\"";
        }
    }
}
