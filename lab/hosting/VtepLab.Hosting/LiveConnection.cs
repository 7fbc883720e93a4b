using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>One end of a real stream.</summary>
internal sealed class LiveConnection : IConnection
{
    private readonly LoopSocket _socket;
    private readonly Stream _stream;
    private readonly TimeSpan _linger;
    private readonly TimeProvider _time;
    private bool _ended;

    public LiveConnection(LoopSocket socket, Stream stream, Endpoint local, Endpoint remote, TimeSpan linger, TimeProvider time)
    {
        (_socket, _stream, Local, Remote, _linger, _time) = (socket, stream, local, remote, linger, time);
        Input = PipeReader.Create(new StreamHalf(this, reads: true));
        Output = PipeWriter.Create(new StreamHalf(this, reads: false));
    }

    public Endpoint Local { get; }

    public Endpoint Remote { get; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public void Abort()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _socket.Socket.LingerState = new LingerOption(true, 0); // Closing then sends a reset and drops what was not sent.
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended)
        {
            return;
        }

        try
        {
            await Output.CompleteAsync().AsTask().WaitAsync(_linger, _time);
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidOperationException)
        {
            // The peer has gone or no longer reads; there is nobody to tell.
        }

        _ended = true;
        _socket.Dispose();
    }

    private async ValueTask EndOutputAsync()
    {
        try
        {
            if (!_ended && _stream is SslStream tls)
            {
                await tls.ShutdownAsync();
            }

            if (!_ended)
            {
                _socket.Socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (SocketErrors.IsBroken(e))
        {
            // The peer ended it first.
        }
    }

    /// <summary>One direction of the stream, so that a pipe that ends its direction leaves the other alone.</summary>
    private sealed class StreamHalf(LiveConnection connection, bool reads) : Stream
    {
        public override bool CanRead => reads;

        public override bool CanWrite => !reads;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await connection._stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (SocketErrors.IsBroken(e))
            {
                throw SocketErrors.Translate(e, $"reading from {connection.Remote}");
            }
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await connection._stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (SocketErrors.IsBroken(e))
            {
                throw SocketErrors.Translate(e, $"writing to {connection.Remote}");
            }
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        // PipeWriter.Complete() of a writer that still holds bytes comes here; the socket takes them into its buffer.
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                connection._stream.Write(buffer);
            }
            catch (Exception e) when (SocketErrors.IsBroken(e))
            {
                throw SocketErrors.Translate(e, $"writing to {connection.Remote}");
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reading would block the host's loop.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            if (!reads)
            {
                await connection.EndOutputAsync();
            }

            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !reads)
            {
                var ended = connection.EndOutputAsync();
                if (!ended.IsCompleted)
                {
                    _ = ended.AsTask();
                }
            }

            base.Dispose(disposing);
        }
    }
}
