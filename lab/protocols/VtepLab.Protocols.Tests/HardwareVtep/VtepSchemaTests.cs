using VtepLab.HardwareVtep;

namespace VtepLab.Protocols.Tests.HardwareVtep;

public class VtepSchemaTests
{
    [Test]
    public void The_latest_version_has_18_tables_and_the_published_check_sum()
    {
        var schema = VtepSchema.Load();

        Assert.That((schema.Version, schema.Checksum, schema.Tables.Count), Is.EqualTo(("1.7.0", "353943336 11434", 18)));
    }

    [TestCase("1.2.0", "encapsulation_type dst_ip")]
    [TestCase("1.4.1", "encapsulation_type dst_ip")]
    [TestCase("1.5.0", "encapsulation_type dst_ip tunnel_key")]
    public void The_index_of_locators_grew_with_the_tunnel_key(string version, string index)
    {
        var locators = VtepSchema.Load(Version.Parse(version)).Table("Physical_Locator");

        Assert.That(string.Join(' ', locators.Indexes.Single().Select(c => c.Name)), Is.EqualTo(index));
    }

    [TestCase("1.4.0", false)]
    [TestCase("1.4.1", true)]
    public void Status_columns_became_ephemeral_in_1_4_1(string version, bool expected)
    {
        var switches = VtepSchema.Load(Version.Parse(version)).Table("Physical_Switch");

        Assert.That(switches.Column("switch_fault_status").IsEphemeral, Is.EqualTo(expected));
    }

    [Test]
    public void An_unknown_version_is_named_with_those_that_exist() =>
        Assert.That(
            () => VtepSchema.ToJson(new Version(1, 8, 0)),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("hardware_vtep has no version 1.8.0; expected one of 1.0.0, "));

    [TestCaseSource(typeof(VtepSchema), nameof(VtepSchema.Versions))]
    public void Every_published_version_can_be_offered(Version version) =>
        Assert.That(VtepSchema.Check(VtepSchema.ToJson(version).ToJsonString()).Version, Is.EqualTo(version.ToString()));

    [Test]
    public void A_column_of_another_type_is_named_with_both()
    {
        var schema = VtepSchema.ToJson();
        schema["tables"]!["Logical_Switch"]!["columns"]!["tunnel_key"]!["type"] = "string";

        Assert.That(
            () => VtepSchema.Check(schema.ToJsonString()),
            Throws.TypeOf<FormatException>().With.Message.EqualTo(
                "its column Logical_Switch.tunnel_key holds string; hardware_vtep 1.7.0 says set of up to 1 integers"));
    }

    [Test]
    public void A_column_that_every_version_has_must_be_there()
    {
        var schema = VtepSchema.ToJson();
        schema["tables"]!["Physical_Switch"]!["columns"]!.AsObject().Remove("tunnel_ips");

        Assert.That(
            () => VtepSchema.Check(schema.ToJsonString()),
            Throws.TypeOf<FormatException>().With.Message.EqualTo("its table Physical_Switch has no column tunnel_ips, which every version of hardware_vtep has"));
    }
}
