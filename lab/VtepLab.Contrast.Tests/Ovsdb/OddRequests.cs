namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Requests beside transactions and monitors, most of them wrong in one way.</summary>
internal static class OddRequests
{
    /// <summary>One of them, about a database.</summary>
    public static (string Method, string Parameters) Next(Random random, string database)
    {
        (string Method, string Parameters)[] odd =
        [
            ("get_schema", $"\"{database}\""), ("get_schema", "\"none\""), ("get_schema", "1"), ("get_schema", ""), ("get_schema", $"\"{database}\",1"),
            ("get_schema", "\"_Server\""), ("list_dbs", ""), ("list_dbs", "1"), ("echo", ""), ("echo", "1,\"x\",{\"b\":[],\"a\":1.0},\"\\u0001\\/é\",-0,1e-7"),
            ("nomethod", ""), ("Transact", $"\"{database}\""), ("transact", ""), ("transact", "5"), ("transact", "\"none\""), ("transact", $"\"{database}\""),
            ("monitor_cancel", ""), ("monitor_cancel", "\"none\""), ("monitor_cancel", "1,2"), ("monitor_cond", $"\"{database}\",1"), ("monitor_cond", "\"none\",1,{}"),
            ("monitor_cond_since", $"\"{database}\",1,{{}},5"), ("monitor_cond_since", $"\"{database}\",1,{{}},\"x\""),
            ("monitor", $"\"{database}\",1,[]"), ("monitor", $"\"{database}\",1,{{\"none\":{{}}}}"),
            ("monitor_cond", $"\"{database}\",1,{{\"none\":{{}}}}"), ("monitor_cond_change", ""), ("monitor_cond_change", "1,2,3"),
            ("lock", ""), ("lock", "\"0\""), ("lock", "1"), ("unlock", "\"none\""), ("unlock", ""), ("steal", "\"l\",1"), ("steal", "[]"),
            ("set_db_change_aware", ""), ("set_db_change_aware", "1"), ("cancel", "1"), ("convert", "\"none\",{}"), ("convert", $"\"{database}\""), ("convert", ""),
            ("monitor", "\"_Server\",\"all\",{\"Database\":{\"columns\":[\"name\",\"model\"]}}"), ("monitor_cancel", "\"all\""),
            ("monitor_cond", "\"_Server\",[\"one\"],{\"Database\":{\"columns\":[\"name\",\"leader\"],\"where\":[[\"name\",\"==\",\"db1\"]]}}"),
            ("monitor_cond_change", "[\"one\"],[\"one\"],{\"Database\":[{\"where\":[[\"name\",\"!=\",\"db1\"]]}]}"), ("monitor_cancel", "[\"one\"]"),
            ("transact", "\"_Server\",{\"op\":\"comment\",\"comment\":\"x\"}"),
            ("transact", "\"_Server\",{\"op\":\"insert\",\"table\":\"Database\",\"row\":{\"name\":\"x\"}}"),
            ("transact", "\"_Server\",{\"op\":\"delete\",\"table\":\"Database\",\"where\":[]}"),
            ("transact", "\"_Server\",{\"op\":\"wait\",\"table\":\"Database\",\"where\":[[\"connected\",\"==\",true]],\"columns\":[],\"until\":\"!=\",\"rows\":[]}"),
            ("transact", "\"_Server\",{\"op\":\"select\",\"table\":\"Database\",\"where\":[],\"columns\":[\"name\",\"model\",\"connected\",\"leader\",\"cid\",\"sid\",\"index\"]}"),
            ("transact", "\"_Server\",{\"op\":\"select\",\"table\":\"Database\",\"where\":[[\"name\",\"==\",\"hardware_vtep\"],[\"model\",\"!=\",\"relay\"]],\"columns\":[\"leader\"]}"),
        ];
        return odd[random.Next(odd.Length)];
    }
}
