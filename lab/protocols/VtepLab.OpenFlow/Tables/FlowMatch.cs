using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Text;

namespace VtepLab.OpenFlow.Tables;

/// <summary>Which frames a flow is for: bits and the mask that says which of them count.</summary>
public sealed class FlowMatch : IEquatable<FlowMatch>
{
    private FlowKey _value;
    private FlowKey _mask;

    /// <summary>A match; bits outside the mask are cleared.</summary>
    public FlowMatch(in FlowKey value, in FlowKey mask)
    {
        _mask = mask;
        for (var i = 0; i < FlowKey.WordCount; i++)
        {
            _value[i] = value[i] & mask[i];
        }
    }

    /// <summary>The bits.</summary>
    public ref readonly FlowKey Value => ref _value;

    /// <summary>The bits that count.</summary>
    public ref readonly FlowKey Mask => ref _mask;

    /// <summary>True when the match says that the frame has a tag.</summary>
    public bool HasVlan => (_value.Get(FlowFields.VlanTci) & _mask.Get(FlowFields.VlanTci) & FlowKeyReader.TagPresent) != 0;

    /// <summary>True when a key fits.</summary>
    public bool Fits(in FlowKey key)
    {
        for (var i = 0; i < FlowKey.WordCount; i++)
        {
            if ((key[i] & _mask[i]) != _value[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True when every frame that fits this match fits the other too: this one is equal or more specific.</summary>
    public bool IsWithin(FlowMatch other)
    {
        for (var i = 0; i < FlowKey.WordCount; i++)
        {
            if ((_mask[i] & other._mask[i]) != other._mask[i] || (_value[i] & other._mask[i]) != other._value[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Equals(FlowMatch? other) => other is not null && _mask == other._mask && _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FlowMatch);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((_value.GetHashCode() * 31) + _mask.GetHashCode());

    /// <summary>As ovs-ofctl prints it, without a priority.</summary>
    public override string ToString() => MatchText.Format(this, OpenFlowVersion.OpenFlow10);
}
