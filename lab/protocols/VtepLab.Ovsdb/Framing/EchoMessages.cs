namespace VtepLab.Ovsdb;

/// <summary>An inactivity probe and its answer, as ovsdb-server and we write them: all that an idle connection carries.</summary>
/// <remarks>They are known by their bytes, so that idle connections cost next to nothing; other spellings are read like any message.</remarks>
public static class EchoMessages
{
    /// <summary>The request; the answer must carry the id <c>"echo"</c>.</summary>
    public static ReadOnlySpan<byte> Request => """{"id":"echo","method":"echo","params":[]}"""u8;

    /// <summary>The answer to <see cref="Request"/>.</summary>
    public static ReadOnlySpan<byte> Reply => """{"id":"echo","result":[],"error":null}"""u8;

    /// <summary><see cref="Request"/>, to keep.</summary>
    public static ReadOnlyMemory<byte> RequestMemory { get; } = Request.ToArray();

    /// <summary><see cref="Reply"/>, to keep.</summary>
    public static ReadOnlyMemory<byte> ReplyMemory { get; } = Reply.ToArray();

    /// <summary>The length of the one of them that stands at the start of some bytes; 0 when none does.</summary>
    internal static int LengthAt(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(Request) ? Request.Length : bytes.StartsWith(Reply) ? Reply.Length : 0;
}
