using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb.Client;

/// <summary>Expected texts by hand from RFC 7047 section 5.2.</summary>
public class OvsdbTransactionTests
{
    private static readonly Uuid Leaf = Uuid.Parse("11111111-2222-4333-8444-555555555555");

    [Test]
    public void New_rows_are_referred_to_by_name_in_any_value_and_condition()
    {
        var tx = new OvsdbTransaction(TestSchema.Parse());
        var port = tx.Insert("Port", ("name", "eth3"));
        var leaf = tx.Insert("Switch", ("name", "leaf1"), ("ports", port));
        tx.Update("Port", Where.Row(port), ("bindings", Datum.Map([KeyValuePair.Create<Atom, Atom>(10, leaf)])));

        Assert.That(Text(tx), Is.EqualTo("""
            ["lab",{"op":"insert","table":"Port","uuid-name":"row0","row":{"name":"eth3"}},
            {"op":"insert","table":"Switch","uuid-name":"row1","row":{"name":"leaf1","ports":["named-uuid","row0"]}},
            {"op":"update","table":"Port","where":[["_uuid","==",["named-uuid","row0"]]],
            "row":{"bindings":["map",[[10,["named-uuid","row1"]]]]}}]
            """.ReplaceLineEndings("")));
    }

    [Test]
    public void A_nameless_row_is_written_without_a_name_and_cannot_be_referred_to()
    {
        var tx = new OvsdbTransaction(TestSchema.Parse());
        tx.InsertNameless("Switch", Leaf, ("name", "leaf1"));
        var port = tx.InsertNameless("Port", null, ("name", "eth3"));

        Assert.That(Text(tx), Is.EqualTo("""
            ["lab",{"op":"insert","table":"Switch","uuid":"11111111-2222-4333-8444-555555555555","row":{"name":"leaf1"}},
            {"op":"insert","table":"Port","row":{"name":"eth3"}}]
            """.ReplaceLineEndings("")));
        Assert.That(
            () => tx.Insert("Switch", ("name", "leaf2"), ("ports", port)),
            Throws.ArgumentException.With.Message.EqualTo("column ports of table Switch: the new row was inserted without a name"));
    }

    [Test]
    public void Every_operation_has_its_members()
    {
        var tx = new OvsdbTransaction(TestSchema.Parse());
        tx.Wait("Switch", Where.Row(Leaf), ["key", "mode"], [[Datum.Empty, "a"]]);
        tx.Wait("Switch", Where.EveryRow, ["name"], [], isEqual: false, timeout: TimeSpan.FromMilliseconds(1500));
        tx.Wait("Switch", Where.EveryRow, ["name"], [], timeout: Timeout.InfiniteTimeSpan);
        tx.Mutate("Port", Where.Column("name", "eth3").And("tags", Comparison.Includes, Datum.Set(1, 2)),
            ColumnMutation.Delete("bindings", Datum.Set(10, 11)), ColumnMutation.Insert("bindings", Datum.Map([KeyValuePair.Create<Atom, Atom>(10, Leaf)])),
            ColumnMutation.Add("tags", 1));
        tx.Delete("Switch", Where.Column("key", Comparison.GreaterOrEqual, 100));
        tx.Select("Switch", Where.Column("load", Comparison.Less, 0.5), "_uuid", "config");
        tx.Select("Switch", Where.EveryRow);
        tx.Comment("why");
        tx.Assert("mine");
        tx.Commit();
        tx.Abort();

        Assert.That(Text(tx), Is.EqualTo("""
            ["lab",{"op":"wait","table":"Switch","where":[["_uuid","==",["uuid","11111111-2222-4333-8444-555555555555"]]],
            "columns":["key","mode"],"until":"==","timeout":0,"rows":[{"key":["set",[]],"mode":"a"}]},
            {"op":"wait","table":"Switch","where":[],"columns":["name"],"until":"!=","timeout":1500,"rows":[]},
            {"op":"wait","table":"Switch","where":[],"columns":["name"],"until":"==","rows":[]},
            {"op":"mutate","table":"Port","where":[["name","==","eth3"],["tags","includes",["set",[1,2]]]],"mutations":[
            ["bindings","delete",["set",[10,11]]],
            ["bindings","insert",["map",[[10,["uuid","11111111-2222-4333-8444-555555555555"]]]]],["tags","+=",1]]},
            {"op":"delete","table":"Switch","where":[["key",">=",100]]},
            {"op":"select","table":"Switch","where":[["load","<",0.5]],"columns":["_uuid","config"]},
            {"op":"select","table":"Switch","where":[]},{"op":"comment","comment":"why"},{"op":"assert","lock":"mine"},
            {"op":"commit","durable":true},{"op":"abort"}]
            """.ReplaceLineEndings("")));
    }

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Mistake(tx => tx.Insert("Swich"), "lab has no table Swich");
        yield return Mistake(tx => tx.Insert("Switch", ("nam", "x")), "table Switch has no column nam");
        yield return Mistake(tx => tx.Insert("Switch", ("name", 5)), "column name of table Switch wants string, not 5");
        yield return Mistake(tx => tx.Insert("Switch", ("name", Datum.Empty)), "column name of table Switch wants string, not []");
        yield return Mistake(tx => tx.Insert("Switch", ("key", Datum.Set(1, 2))), "column key of table Switch wants set of up to 1 integers, not [1, 2]");
        yield return Mistake(tx => tx.Insert("Switch", ("key", 4096)), "column key of table Switch: 4096 is not in the valid range 0 to 4095 (inclusive)");
        yield return Mistake(tx => tx.Insert("Switch", ("mode", "c")), "column mode of table Switch: c is not one of the allowed values ([a, b])");
        yield return Mistake(tx => tx.Insert("Switch", ("config", Datum.Set("a", "b"))), "column config of table Switch wants map of (string, string) pairs, not [a, b]");
        yield return Mistake(tx => tx.Insert("Switch", ("name", "a"), ("name", "b")), "column name of table Switch is given twice");
        yield return Mistake(tx => tx.Update("Switch", Where.EveryRow, ("name", "x")), "column name of table Switch cannot change after the row was inserted");
        yield return Mistake(tx => tx.Mutate("Switch", Where.EveryRow, ColumnMutation.Add("config", 1)), "column config holds map of (string, string) pairs: += cannot change it");
        yield return Mistake(tx => tx.Mutate("Switch", Where.EveryRow, ColumnMutation.Insert("load", 1.0)), "column load holds real: insert cannot change it");
        yield return Mistake(tx => tx.Mutate("Switch", Where.EveryRow, ColumnMutation.Modulo("load", 1.0)), "column load holds real: %= cannot change it");
        yield return Mistake(tx => tx.Delete("Switch", Where.Column("name", Comparison.Less, "x")), "column name is no single number: < cannot compare it");
        yield return Mistake(
            tx => tx.Update("Switch", Where.EveryRow, ("ports", new OvsdbTransaction(tx.Schema).Insert("Port"))),
            "column ports of table Switch: the new row is not one of this transaction");

        static TestCaseData Mistake(Action<OvsdbTransaction> build, string message) =>
            new TestCaseData(build, message).SetArgDisplayNames(message);
    }

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_refused_while_the_transaction_is_built(Action<OvsdbTransaction> build, string message) =>
        Assert.That(() => build(new OvsdbTransaction(TestSchema.Parse())), Throws.ArgumentException.With.Message.StartsWith(message));

    [Test]
    public void A_new_row_may_be_used_before_the_operation_that_inserts_it_is_sent_but_not_in_another_transaction()
    {
        var tx = new OvsdbTransaction(TestSchema.Parse());
        var port = tx.Insert("Port", ("name", "eth3"));
        var other = new OvsdbTransaction(TestSchema.Parse());

        Assert.That(() => other.Delete("Port", Where.Row(port)), Throws.ArgumentException);
    }

    [Test]
    public async Task The_result_gives_what_each_operation_gave()
    {
        using var stage = new ClientStage();
        var tx = new OvsdbTransaction(TestSchema.Parse());
        var port = tx.Insert("Port", ("name", "eth3"));
        var update = tx.Update("Switch", Where.EveryRow, ("load", 0.5));
        var select = tx.Select("Switch", Where.EveryRow, "_uuid", "key", "config");
        var call = stage.Client.TransactAsync(tx);

        stage.Send($"{{'id':1,'result':[{{'uuid':['uuid','{Leaf}']}},{{'count':3}},{{'rows':[{{'_uuid':['uuid','{Leaf}'],'key':7,'config':['map',[['a','b']]]}}]}}],'error':null}}");
        var result = await call;

        Assert.That(result.UuidOf(port), Is.EqualTo(Leaf));
        Assert.That(result.CountOf(update), Is.EqualTo(3));
        var row = result.RowsOf(select).Single();
        Assert.That((row.Uuid, row["key"].Integer, row["config"].ToString()), Is.EqualTo((Leaf, 7L, "{a=b}")));
        Assert.That(() => row["name"], Throws.ArgumentException.With.Message.StartsWith("column name of table Switch was not selected"));
    }

    [TestCase("[{'uuid':['uuid','11111111-2222-4333-8444-555555555555']},{'error':'constraint violation','details':'d'}]", 1,
        "leaf1 refused operation 1, delete of Switch: constraint violation: d")]
    [TestCase("[{'error':'timed out'},null]", 0, "leaf1 refused operation 0, insert into Port: timed out")]
    [TestCase("[{'uuid':['uuid','11111111-2222-4333-8444-555555555555']},{'count':1},{'error':'referential integrity violation','details':'d'}]", null,
        "leaf1 refused to commit: referential integrity violation: d")]
    public async Task A_refusal_names_the_operation_or_the_commit(string results, int? index, string message)
    {
        using var stage = new ClientStage();
        var tx = new OvsdbTransaction(TestSchema.Parse());
        tx.Insert("Port", ("name", "eth3"));
        tx.Delete("Switch", Where.EveryRow);
        var call = stage.Client.TransactAsync(tx);

        stage.Send($"{{'id':1,'result':{results},'error':null}}");

        var refused = (await Assert.ThrowsAsync<OvsdbOperationException>(() => call))!;
        Assert.That((refused.OperationIndex, refused.Message), Is.EqualTo((index, message)));
    }

    [Test]
    public void Fewer_results_than_operations_without_an_error_is_no_success()
    {
        using var stage = new ClientStage();
        var tx = new OvsdbTransaction(TestSchema.Parse());
        tx.Delete("Switch", Where.EveryRow);
        tx.Commit();
        var call = stage.Client.TransactAsync(tx);

        stage.Send("{'id':1,'result':[{'count':1}],'error':null}");

        Assert.That(() => call, Throws.InstanceOf<OvsdbProtocolException>().With.Message.EqualTo("leaf1 answered 2 operations with 1 results and no error."));
    }

    private static string Text(OvsdbTransaction tx)
    {
        var json = new JsonWriter();
        tx.WriteTo(json);
        return Encoding.UTF8.GetString(json.Written);
    }
}
