using System.Runtime.CompilerServices;

namespace VtepLab.OpenFlow.Fields;

/// <summary>Everything of a frame, its arrival and its treatment so far that a flow can match, as 25 words of 64 bits.</summary>
/// <remarks>
/// Which bits of which word a field takes is written down in <see cref="FlowFields"/>; a field absent from the frame is zero. The same
/// type serves as a mask. Words and not properties, so that a classifier needs to touch only the words that a mask has bits in.
/// </remarks>
[InlineArray(WordCount)]
public struct FlowKey : IEquatable<FlowKey>
{
    /// <summary>How many words there are.</summary>
    public const int WordCount = 25;

    private ulong _word;

    public static bool operator ==(FlowKey left, FlowKey right) => left.Equals(right);

    public static bool operator !=(FlowKey left, FlowKey right) => !left.Equals(right);

    /// <summary>The value of a field of at most 64 bits.</summary>
    public readonly ulong Get(FlowField field) => (this[field.Word] >> field.Shift) & field.LowMask;

    /// <summary>Sets a field of at most 64 bits; bits beyond its width are cut off.</summary>
    public void Set(FlowField field, ulong value) =>
        this[field.Word] = (this[field.Word] & ~(field.LowMask << field.Shift)) | ((value & field.LowMask) << field.Shift);

    /// <summary>The value of a field of any width.</summary>
    public readonly UInt128 GetWide(FlowField field) =>
        field.IsWide ? new UInt128(this[field.Word], this[field.Word + 1]) : Get(field);

    /// <summary>Sets a field of any width.</summary>
    public void SetWide(FlowField field, UInt128 value)
    {
        if (field.IsWide)
        {
            this[field.Word] = (ulong)(value >> 64);
            this[field.Word + 1] = (ulong)(value & ulong.MaxValue);
        }
        else
        {
            Set(field, (ulong)(value & ulong.MaxValue));
        }
    }

    /// <inheritdoc/>
    public readonly bool Equals(FlowKey other)
    {
        for (var i = 0; i < WordCount; i++)
        {
            if (this[i] != other[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is FlowKey other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        ulong hash = 0;
        for (var i = 0; i < WordCount; i++)
        {
            hash = unchecked((hash ^ this[i]) * 0x9E37_79B9_7F4A_7C15UL);
        }

        return unchecked((int)(hash >> 32));
    }
}
