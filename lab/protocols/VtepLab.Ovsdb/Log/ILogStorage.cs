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

    /// <summary>Calls back, at once or later, when everything given so far is on stable storage.</summary>
    void WhenStable(Action done);
}
