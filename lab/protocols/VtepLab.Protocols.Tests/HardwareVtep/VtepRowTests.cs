using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.HardwareVtep;

public class VtepRowTests
{
    private static readonly DatabaseSchema Schema = VtepSchema.Load();

    [Test]
    public void Every_table_has_a_record_with_exactly_its_columns()
    {
        var seen = new[]
        {
            Columns(new Global()), Columns(new Manager()), Columns(new PhysicalSwitch()), Columns(new PhysicalPort()), Columns(new Tunnel()),
            Columns(new LogicalBindingStats()), Columns(new LogicalSwitch()), Columns(new LogicalRouter()), Columns(new UcastMacsLocal()),
            Columns(new UcastMacsRemote()), Columns(new McastMacsLocal()), Columns(new McastMacsRemote()), Columns(new ArpSourcesLocal()),
            Columns(new ArpSourcesRemote()), Columns(new PhysicalLocatorSet()), Columns(new PhysicalLocator()), Columns(new AclEntry()),
            Columns(new Acl()),
        };

        var expected = Schema.Tables.Select(t =>
            $"{t.Name}: {string.Join(' ', t.Columns.Where(c => !c.IsBuiltIn).Select(c => c.Name).Order(StringComparer.Ordinal))}");
        Assert.That(seen, Is.EquivalentTo(expected));
    }

    [Test]
    public void A_row_is_read_back_as_it_was_written()
    {
        var blue = new RowId<LogicalSwitch>(Uuid.Parse("00000000-0000-0000-0000-0000000000b1"));
        var stats = new RowId<LogicalBindingStats>(Uuid.Parse("00000000-0000-0000-0000-0000000000b2"));
        var port = new PhysicalPort
        {
            Id = new(Uuid.Parse("00000000-0000-0000-0000-000000000001")),
            Name = "eth3",
            Description = "to \"host\" {1}",
            VlanBindings = ColumnMap<long, RowId<LogicalSwitch>>.Empty.With(10, blue).With(0, blue),
            VlanStats = ColumnMap<long, RowId<LogicalBindingStats>>.Empty.With(10, stats),
            PortFaultStatus = [Faults.Unspecified, Faults.InvalidVlanMap],
            OtherConfig = ColumnMap<string, string>.Empty.With("vendor", "x"),
        };

        var columns = port.ToColumns().ToDictionary(c => c.Key, c => c.Value);

        Assert.That(PhysicalPort.Read(port.Id.Uuid, new RowReader(name => columns[name])), Is.EqualTo(port));
    }

    [Test]
    public void Columns_that_an_old_schema_lacks_are_left_out_and_read_as_their_default()
    {
        var table = VtepSchema.Load(new Version(1, 3, 0)).Table(LogicalSwitch.Table);
        var blue = new LogicalSwitch { Name = "blue", TunnelKey = 5000, ReplicationMode = LogicalSwitch.SourceNode };

        var columns = blue.ToColumns(table).ToDictionary(c => c.Key, c => c.Value);

        Assert.That(columns.Keys, Is.EquivalentTo(new[] { "name", "description", "tunnel_key" }));
        Assert.That(
            LogicalSwitch.Read(Uuid.Zero, new RowReader(name => columns.TryGetValue(name, out var value) ? value : (Datum?)null)),
            Is.EqualTo(blue with { ReplicationMode = null }));
    }

    [Test]
    public void An_empty_optional_column_is_null_and_not_zero()
    {
        var columns = new PhysicalLocator { DstIp = "192.0.2.12" }.ToColumns().ToDictionary(c => c.Key, c => c.Value);

        Assert.That(columns["tunnel_key"], Is.EqualTo(Datum.Empty));
        Assert.That(PhysicalLocator.Read(Uuid.Zero, new RowReader(name => columns[name])).TunnelKey, Is.Null);
    }

    private static string Columns<TRow>(TRow row)
        where TRow : IVtepRow<TRow> => $"{TRow.Table}: {string.Join(' ', row.ToColumns().Select(c => c.Key).Order(StringComparer.Ordinal))}";
}
