namespace VtepLab.Ovsdb;

/// <summary>Where a database's committed transactions go before anybody is told of them.</summary>
public interface ITransactionLog
{
    /// <summary>Takes a transaction over; the changes are final unless this throws.</summary>
    /// <param name="changes">The rows it changes.</param>
    /// <param name="comment">The texts of its comment operations, joined by line ends, or null.</param>
    /// <exception cref="OvsdbErrorException">It cannot be taken; the transaction fails with this error.</exception>
    void Append(IReadOnlyList<RowChange> changes, string? comment);

    /// <summary>The database was converted: takes the new one over, with all its rows, in the place of the old.</summary>
    /// <param name="converted">The database of the new schema.</param>
    /// <exception cref="OvsdbErrorException">It cannot be taken; then the old one is kept as before.</exception>
    void MoveTo(Database converted);

    /// <summary>Whether all that was appended so far outlives a crash of this program.</summary>
    bool IsWritten { get; }

    /// <summary>Calls back, at once or later, when all that was appended so far outlives a crash of this program.</summary>
    void WhenWritten(Action done);

    /// <summary>Calls back, at once or later, when all that was appended so far is on stable storage.</summary>
    /// <exception cref="OvsdbErrorException">That is known not to come about.</exception>
    void WhenStable(Action done);
}
