using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>A file in memory.</summary>
internal sealed class MemoryLogStorage : ILogStorage
{
    public byte[] Content { get; private set; } = [];

    public int Replacements { get; private set; }

    public List<Action> Unstable { get; } = [];

    /// <summary>Whether <see cref="WhenStable"/> answers at once.</summary>
    public bool IsQuick { get; set; } = true;

    public void Append(ReadOnlyMemory<byte> bytes) => Content = [.. Content, .. bytes.Span];

    public void Replace(ReadOnlyMemory<byte> content)
    {
        Content = content.ToArray();
        Replacements++;
    }

    public void WhenStable(Action done)
    {
        if (IsQuick)
        {
            done();
        }
        else
        {
            Unstable.Add(done);
        }
    }
}
