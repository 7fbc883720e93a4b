namespace VtepLab.Ovsdb;

/// <summary>A request that is refused with an error object; nothing was changed.</summary>
public sealed class OvsdbErrorException(OvsdbError error) : Exception(error.ToString())
{
    /// <summary>The error object.</summary>
    public OvsdbError Error { get; } = error;
}
