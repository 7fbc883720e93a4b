namespace VtepLab.Packets;

/// <summary>One frame of a capture file.</summary>
/// <param name="InterfaceName">The interface's name, or <c>if</c> and its number when it has none.</param>
/// <param name="Nanoseconds">Time since 1970-01-01 UTC.</param>
/// <param name="Frame">The captured bytes.</param>
/// <param name="OriginalLength">The frame's length on the wire; more than captured when it was cut.</param>
/// <param name="Comment">The remark beside it, if any.</param>
public sealed record CapturedFrame(string InterfaceName, ulong Nanoseconds, ReadOnlyMemory<byte> Frame, long OriginalLength, string? Comment);
