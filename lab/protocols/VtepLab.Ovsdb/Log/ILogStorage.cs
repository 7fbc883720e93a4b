namespace VtepLab.Ovsdb;

/// <summary>
/// The file under a <see cref="FileLog"/>; whoever has a disk implements it. Calls take effect in their order; the bytes they are given
/// are valid during the call only.
/// </summary>
public interface ILogStorage
{
    /// <summary>Appends bytes.</summary>
    void Append(ReadOnlyMemory<byte> bytes);

    /// <summary>Replaces the whole content in one step: after a crash either the old or the new is there.</summary>
    void Replace(ReadOnlyMemory<byte> content);

    /// <summary>Whether everything given so far is the system's, so that it outlives a crash of this program.</summary>
    bool IsWritten => true;

    /// <summary>Calls back, at once or later, when everything given so far is written as <see cref="IsWritten"/> has it.</summary>
    void WhenWritten(Action done) => done();

    /// <summary>Calls back, at once or later, when everything given so far is on stable storage.</summary>
    /// <exception cref="OvsdbErrorException">That is known not to come about.</exception>
    void WhenStable(Action done);
}
