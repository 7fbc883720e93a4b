using System.Buffers;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>The wire between a simulated broker and its clients: one JSON object a line, in order.</summary>
internal sealed class BusWire(IConnection connection)
{
    private const int LongestLine = 640 << 20; // More than any broker takes in a message.
    private const int LongestKept = 64 << 10;
    private readonly Queue<byte[]> _outbox = new();
    private byte[] _line = []; // One that came in pieces, put together.
    private bool _pumping;

    /// <summary>The length of the line that was received last, in bytes.</summary>
    public long LastLength { get; private set; }

    /// <summary>Sends a line that <see cref="BusLines"/> wrote; errors show at the reader, which sees the same stream end.</summary>
    public void Send(byte[] line)
    {
        _outbox.Enqueue(line);
        if (!_pumping)
        {
            _ = PumpAsync();
        }
    }

    /// <summary>The next line, or null at the end of the stream.</summary>
    /// <exception cref="NetworkException">The stream broke.</exception>
    public async ValueTask<BusFrame?> ReceiveAsync(CancellationToken cancel)
    {
        while (true)
        {
            var result = await connection.Input.ReadAsync(cancel);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = result.Buffer.Slice(0, end);
                LastLength = line.Length;
                var frame = BusFrame.Read(InOnePiece(line));
                connection.Input.AdvanceTo(result.Buffer.GetPosition(1, end));
                return frame;
            }

            if (result.IsCompleted || result.Buffer.Length > LongestLine)
            {
                return null;
            }

            connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private ReadOnlySpan<byte> InOnePiece(in ReadOnlySequence<byte> line)
    {
        if (line.IsSingleSegment)
        {
            return line.FirstSpan;
        }

        if (line.Length > LongestKept)
        {
            return line.ToArray();
        }

        var length = (int)line.Length;
        if (_line.Length < length)
        {
            _line = new byte[Math.Max(length, 1024)];
        }

        line.CopyTo(_line);
        return _line.AsSpan(0, length);
    }

    private async Task PumpAsync()
    {
        _pumping = true;
        try
        {
            while (_outbox.TryDequeue(out var line))
            {
                connection.Output.Write(line);
                await connection.Output.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            _outbox.Clear();
        }
        finally
        {
            _pumping = false;
        }
    }
}
