namespace VtepLab.OpenFlow.Text;

/// <summary>Collects a flow's actions as text. It remembers whether a tag is on, for OpenFlow 1.3 says so where 1.0 need not.</summary>
internal sealed class ActionText(OpenFlowVersion version, bool hasVlan)
{
    private readonly List<string> _items = [];

    public OpenFlowVersion Version { get; } = version;

    public bool HasVlan { get; set; } = hasVlan;

    public void Item(string item) => _items.Add(item);

    public void PushVlanUnlessTagged()
    {
        if (!HasVlan)
        {
            Item("push_vlan:0x8100");
            HasVlan = true;
        }
    }

    public override string ToString() => _items.Count == 0 ? "drop" : string.Join(',', _items);
}
