using System.Globalization;
using VtepLab.OpenFlow.Fields;

namespace VtepLab.OpenFlow.Actions;

/// <summary>Some adjacent bits of a field.</summary>
/// <param name="Field">The field.</param>
/// <param name="Offset">The lowest bit.</param>
/// <param name="Bits">How many.</param>
public sealed record Subfield(FlowField Field, int Offset, int Bits)
{
    /// <summary>All bits of a field.</summary>
    public Subfield(FlowField field)
        : this(field, 0, field.Bits)
    {
    }

    /// <summary>As many low bits as it has.</summary>
    public UInt128 Mask => Bits == 128 ? UInt128.MaxValue : (UInt128.One << Bits) - 1;

    /// <summary>The bits, lowest first.</summary>
    public UInt128 Read(in FlowKey key) => (key.GetWide(Field) >> Offset) & Mask;

    /// <summary>Sets the bits and leaves the others of the field alone.</summary>
    public void Write(ref FlowKey key, UInt128 value) =>
        key.SetWide(Field, (key.GetWide(Field) & ~(Mask << Offset)) | ((value & Mask) << Offset));

    /// <summary>The field's name and, in brackets, the bits: none for all, one, or first and last.</summary>
    public override string ToString() => Bits == Field.Bits
        ? Field.SubfieldName + "[]"
        : Bits == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{Field.SubfieldName}[{Offset}]")
            : string.Create(CultureInfo.InvariantCulture, $"{Field.SubfieldName}[{Offset}..{Offset + Bits - 1}]");
}
