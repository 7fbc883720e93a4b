using System.Globalization;
using BenchmarkDotNet.Running;
using VtepLab.Benchmarks.Ovsdb;

// "ovsdb-compare [SCALE]" measures ovsdb-server and our engine side by side; anything else goes to BenchmarkDotNet.
switch (args)
{
    case ["ovsdb-serve", var schema, var socket]:
        BenchServer.Run(schema, socket);
        return 0;
    case ["ovsdb-compare", .. var rest]:
        SideBySide.Run(rest.Length == 0 ? 1 : double.Parse(rest[0], CultureInfo.InvariantCulture));
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(OvsdbBenchmarks).Assembly).Run(args);
        return 0;
}
