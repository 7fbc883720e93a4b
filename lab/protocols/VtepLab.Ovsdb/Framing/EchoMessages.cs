using System.Buffers;

namespace VtepLab.Ovsdb;

/// <summary>An inactivity probe and its answer, as ovsdb-server and we write them: all that an idle connection carries.</summary>
/// <remarks>They are known by their bytes, so that idle connections cost next to nothing; other spellings are read like any message.</remarks>
public static class EchoMessages
{
    private static readonly int Longest = Math.Max(Request.Length, Reply.Length);
    private static readonly ReadOnlySequence<byte> WholeRequest = new(Request.ToArray());
    private static readonly ReadOnlySequence<byte> WholeReply = new(Reply.ToArray());

    /// <summary>The request; the answer must carry the id <c>"echo"</c>.</summary>
    public static ReadOnlySpan<byte> Request => """{"id":"echo","method":"echo","params":[]}"""u8;

    /// <summary>The answer to <see cref="Request"/>.</summary>
    public static ReadOnlySpan<byte> Reply => """{"id":"echo","result":[],"error":null}"""u8;

    /// <summary><see cref="Request"/>, to keep.</summary>
    public static ReadOnlyMemory<byte> RequestMemory { get; } = Request.ToArray();

    /// <summary><see cref="Reply"/>, to keep.</summary>
    public static ReadOnlyMemory<byte> ReplyMemory { get; } = Reply.ToArray();

    /// <summary>Looks for one of them at the start of some bytes.</summary>
    /// <param name="bytes">What has arrived, in whatever pieces.</param>
    /// <param name="echo">The message that stands there, in memory that stays.</param>
    /// <returns>Whether one does, or what is there may become one.</returns>
    internal static EchoMatch At(in ReadOnlySequence<byte> bytes, out ReadOnlySequence<byte> echo)
    {
        var start = bytes.FirstSpan;
        if (start.Length < Longest && !bytes.IsSingleSegment)
        {
            var length = (int)Math.Min(bytes.Length, Longest);
            Span<byte> whole = stackalloc byte[Longest];
            bytes.Slice(0, length).CopyTo(whole);
            return At(whole[..length], out echo);
        }

        return At(start, out echo);
    }

    private static EchoMatch At(ReadOnlySpan<byte> start, out ReadOnlySequence<byte> echo)
    {
        echo = default;
        if (start.StartsWith(Request))
        {
            echo = WholeRequest;
            return EchoMatch.Whole;
        }

        if (start.StartsWith(Reply))
        {
            echo = WholeReply;
            return EchoMatch.Whole;
        }

        return !start.IsEmpty && (Request.StartsWith(start) || Reply.StartsWith(start)) ? EchoMatch.Beginning : EchoMatch.None;
    }
}

/// <summary>What some bytes are of an echo message.</summary>
internal enum EchoMatch : byte
{
    None,

    /// <summary>All of them are the beginning of one, and it is not whole.</summary>
    Beginning,

    /// <summary>One stands at their start.</summary>
    Whole,
}
