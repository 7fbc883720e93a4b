using System.Runtime.InteropServices;

namespace VtepLab.Simulation;

/// <summary>What a trace record tells of.</summary>
public enum TraceKind : ushort
{
    /// <summary>Code of a host went on after an await of the kernel's own.</summary>
    Resumed,

    /// <summary>Code of a host went on after another await.</summary>
    Posted,

    /// <summary>A timer, an arrival or another source fired.</summary>
    Source,

    /// <summary>A segment of a stream arrived: A is the stream, B the bytes.</summary>
    Segment,

    /// <summary>A frame arrived: A is the port's number on its link, B the bytes.</summary>
    Frame,

    /// <summary>Something was noted: a fault, a crash, a mark; A is the note's number.</summary>
    Note,
}

/// <summary>One record of the trace that is always on; 32 bytes.</summary>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="Cause">The number of the record of the event that scheduled this one, modulo 2^32.</param>
/// <param name="Host">The number of the host; 0 for the world.</param>
/// <param name="Kind">What happened.</param>
/// <param name="A">Depends on the kind.</param>
/// <param name="B">Depends on the kind.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct TraceRecord(long At, uint Cause, ushort Host, TraceKind Kind, long A, long B);
