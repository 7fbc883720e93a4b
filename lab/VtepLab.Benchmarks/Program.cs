using System.Globalization;
using BenchmarkDotNet.Running;
using VtepLab.Benchmarks.Certify;
using VtepLab.Benchmarks.Kernel;
using VtepLab.Benchmarks.L2Gateway;
using VtepLab.Benchmarks.Ovsdb;
using VtepLab.Benchmarks.Switch;

// "certify" times the whole command, "ovsdb-compare [SCALE] [engine|command|memory] [LINES]" measures ovsdb-server and ours side by side,
// "ovsdb-client [TRANSACTIONS]" our client and Python's,
// "kernel [WHAT…]" the simulation's kernel and ns-3, "switch [WHAT…]" the emulated switch and ns-3's bridge; anything else goes to BenchmarkDotNet.
switch (args)
{
    case ["certify"]:
        return CertifyTimes.Run();
    case ["kernel", .. var what]:
        return KernelBenchmarks.Run(what);
    case ["l2gw", .. var gateway]:
        return await GatewayBenchmarks.RunAsync(gateway);
    case ["switch", .. var of]:
        return SwitchBenchmarks.Run(of);
    case ["ovsdb-serve", var schema, var socket]:
        BenchServer.Run(schema, socket);
        return 0;
    case ["ovsdb-client", .. var transactions]:
        ClientSideBySide.Run(transactions.Length == 0 ? 20_000 : int.Parse(transactions[0], CultureInfo.InvariantCulture));
        return 0;
    case ["ovsdb-compare", .. var rest]:
        SideBySide.Run(
            rest.Length == 0 ? 1 : double.Parse(rest[0], CultureInfo.InvariantCulture), rest.Length < 2 ? "engine" : rest[1], rest.Length < 3 ? "" : rest[2]);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(OvsdbBenchmarks).Assembly).Run(args);
        return 0;
}
