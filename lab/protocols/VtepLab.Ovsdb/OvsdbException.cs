namespace VtepLab.Ovsdb;

/// <summary>What can go wrong between two OVSDB peers that is nobody's programming error.</summary>
public abstract class OvsdbException : Exception
{
    /// <summary>Makes the exception.</summary>
    protected OvsdbException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
