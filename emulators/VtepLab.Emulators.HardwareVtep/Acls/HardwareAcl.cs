using VtepLab.HardwareVtep;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>An access list as the hardware holds it: two lists of rules, each in the order in which they are asked.</summary>
/// <remarks>Stateless: every frame is judged by itself. The first rule that matches decides; what matches none is permitted (vtep(5), ACL).</remarks>
/// <param name="Name">The row's acl_name.</param>
/// <param name="Ingress">Rules on frames towards the logical switch or router.</param>
/// <param name="Egress">Rules on frames that leave it.</param>
public sealed record HardwareAcl(string Name, IReadOnlyList<AclRule> Ingress, IReadOnlyList<AclRule> Egress)
{
    /// <summary>How many rules it takes in the hardware.</summary>
    public int Size => Ingress.Count + Egress.Count;

    internal bool DoesAs(HardwareAcl other) => Ingress.SequenceEqual(other.Ingress) && Egress.SequenceEqual(other.Egress);

    internal bool Permits(in FrameFields frame, bool isIngress, bool otherwise = true)
    {
        var rules = isIngress ? Ingress : Egress;
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i].Matches(frame))
            {
                return rules[i].Permits;
            }
        }

        return otherwise;
    }

    /// <summary>The list of readable entries, by sequence; where two have the same number, a denial comes first.</summary>
    internal static HardwareAcl Of(Acl acl, IEnumerable<(AclEntry Entry, AclRule Rule)> entries, SwitchQuirks quirks)
    {
        var ordered = entries.OrderBy(e => quirks.Has(SwitchQuirkBook.IgnoresSequence) ? 0 : e.Entry.Sequence)
            .ThenBy(e => !quirks.Has(SwitchQuirkBook.IgnoresSequence) && e.Rule.Permits).ThenBy(e => e.Entry.Id).ToList();
        return new HardwareAcl(
            acl.AclName, [.. ordered.Where(e => e.Entry.Direction == AclRule.Ingress).Select(e => e.Rule)],
            [.. ordered.Where(e => e.Entry.Direction == AclRule.Egress && !quirks.Has(SwitchQuirkBook.IgnoresEgressRules)).Select(e => e.Rule)]);
    }
}
