using System.Globalization;
using System.Text;

namespace VtepLab.Benchmarks.Ovsdb;

/// <summary>Something that a server is asked to do again and again, at the pace it allows.</summary>
internal abstract class Load : IDisposable
{
    protected const string Blue = "00000000-0000-4000-8000-000000000001";

    protected Load(string path)
    {
        Path = path;
        Client = new BenchClient(path);
        Client.Ask(
            $$$"""{"id":0,"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Logical_Switch","uuid":"{{{Blue}}}","row":{"name":"blue"}}]}""");
    }

    protected string Path { get; }

    protected BenchClient Client { get; }

    /// <summary>Makes what a round needs and undoes what the last one did; not measured.</summary>
    public virtual void Prepare(int count)
    {
    }

    /// <summary>Does it so many times.</summary>
    public abstract void Run(int count);

    public virtual void Dispose() => Client.Dispose();
}

/// <summary>Inserts rows into an empty table, so many a transaction.</summary>
internal sealed class InsertLoad(string path, int rowsEach) : Load(path)
{
    private const int Ahead = 4; // Keeps the server busy without filling its socket.

    private readonly List<byte[]> _requests = [];

    public override void Prepare(int count)
    {
        Client.Ask("""{"id":1,"method":"transact","params":["hardware_vtep",{"op":"delete","table":"Ucast_Macs_Remote","where":[]}]}""");
        for (var n = _requests.Count * rowsEach; n < count; n += rowsEach)
        {
            _requests.Add(Request(n));
        }
    }

    public override void Run(int count)
    {
        var requests = (count + rowsEach - 1) / rowsEach;
        for (var i = 0; i < requests + Ahead; i++)
        {
            if (i < requests)
            {
                Client.Send(_requests[i]);
            }

            if (i >= Ahead)
            {
                Client.Receive();
            }
        }

        // A benchmark of refused transactions would look splendid.
        var last = Address((requests * rowsEach) - 1);
        Client.Ask($$$"""{"id":3,"method":"transact","params":["hardware_vtep",{"op":"wait","table":"Ucast_Macs_Remote","timeout":0,"where":[["ipaddr","==","{{{last}}}"]],"columns":["ipaddr"],"until":"==","rows":[{"ipaddr":"{{{last}}}"}]}]}""");
        if (Client.LastMessageLength > 60)
        {
            throw new InvalidOperationException($"the rows up to {last} were not inserted");
        }
    }

    private static string Address(int n) => $"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}";

    private byte[] Request(int from)
    {
        var text = new StringBuilder("""{"id":1,"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Physical_Locator","uuid-name":"p","row":{"encapsulation_type":"vxlan_over_ipv4","dst_ip":"192.0.2.""");
        text.Append(CultureInfo.InvariantCulture, $"{from}\"}}}}");
        for (var i = from; i < from + rowsEach; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $",{{\"op\":\"insert\",\"table\":\"Ucast_Macs_Remote\",\"row\":{{\"MAC\":\"02:1a:00:{i >> 16 & 255:x2}:{i >> 8 & 255:x2}:{i & 255:x2}\",\"ipaddr\":\"{Address(i)}\",\"logical_switch\":[\"uuid\",\"{Blue}\"],\"locator\":[\"named-uuid\",\"p\"]}}}}");
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }
}

/// <summary>Updates one row, each time after all monitoring clients have heard of the last time, so that a server cannot tell several changes at once.</summary>
internal sealed class UpdateLoad : Load
{
    private readonly List<BenchClient> _watchers;
    private int _key;

    public UpdateLoad(string path, int monitors)
        : base(path)
    {
        _watchers = [.. Enumerable.Range(0, monitors).Select(_ => new BenchClient(path))];
        _watchers.ForEach(watcher => watcher.Ask("""{"id":1,"method":"monitor","params":["hardware_vtep",null,{"Logical_Switch":{}}]}"""));
    }

    public override void Run(int count)
    {
        for (var n = 0; n < count; n++)
        {
            _key = (_key + 1) & 0xFFFFFF;
            Client.Ask($$$"""{"id":2,"method":"transact","params":["hardware_vtep",{"op":"update","table":"Logical_Switch","where":[["_uuid","==",["uuid","{{{Blue}}}"]]],"row":{"tunnel_key":{{{_key}}}}}]}""");
            foreach (var watcher in _watchers)
            {
                watcher.Receive();
            }
        }
    }

    public override void Dispose()
    {
        _watchers.ForEach(watcher => watcher.Dispose());
        base.Dispose();
    }
}

/// <summary>New clients that ask for all rows; the count is one of rows, and goes in steps of the table's size.</summary>
internal sealed class MonitorLoad : Load
{
    private readonly int _rows;

    public MonitorLoad(string path, int rows)
        : base(path)
    {
        _rows = rows;
        using var fill = new InsertLoad(path, 1000);
        fill.Prepare(rows);
        fill.Run(rows);
    }

    public override void Run(int count)
    {
        for (var left = count; left > 0; left -= _rows)
        {
            using var client = new BenchClient(Path);
            client.Ask("""{"id":1,"method":"monitor","params":["hardware_vtep",null,{"Ucast_Macs_Remote":{}}]}""");
        }
    }
}
