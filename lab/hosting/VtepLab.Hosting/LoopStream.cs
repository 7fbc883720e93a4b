using System.Net.Sockets;

namespace VtepLab.Hosting;

/// <summary>A <see cref="LoopSocket"/> as a stream, for TLS and pipes.</summary>
internal sealed class LoopStream(LoopSocket socket) : Stream
{
    private static readonly TimeSpan LongestBlocking = TimeSpan.FromSeconds(1);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        socket.ReceiveAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        socket.SendAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // For the end of a stream only: the system's buffer takes the last bytes, or the peer does not read.
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (socket.Send(buffer) is var sent && sent < buffer.Length)
        {
            buffer = buffer[sent..];
            if (!socket.Socket.Poll(LongestBlocking, SelectMode.SelectWrite))
            {
                throw new IOException($"the peer has not read for {LongestBlocking.TotalSeconds} s");
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reading would block the host's loop.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
        }

        base.Dispose(disposing);
    }
}
