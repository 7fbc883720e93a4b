namespace VtepLab.L2Gateway.Agent;

/// <summary>Lets one monitor at a time tell all that its switch holds, in the order in which they ask.</summary>
/// <remarks>
/// All of a switch is some kilobytes an address while it is written, and after an election every switch is due at once: one at a time they
/// take the room of one. Used on its host's thread only.
/// </remarks>
internal sealed class DumpTurn
{
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isTaken;

    /// <summary>Returns when it is the caller's turn; disposing the result ends it.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up before.</exception>
    public async Task<IDisposable> TakeAsync(CancellationToken cancel)
    {
        if (_isTaken)
        {
            var turn = new TaskCompletionSource();
            _waiting.Enqueue(turn);
            using var giveUp = cancel.Register(() => turn.TrySetCanceled(cancel));
            await turn.Task; // Who ends a turn leaves it taken for the next.
        }

        _isTaken = true;
        return new Turn(this);
    }

    private void Pass()
    {
        while (_waiting.TryDequeue(out var next))
        {
            if (next.TrySetResult())
            {
                return;
            }
        }

        _isTaken = false;
    }

    private sealed class Turn(DumpTurn owner) : IDisposable
    {
        private bool _isEnded;

        public void Dispose()
        {
            if (!_isEnded)
            {
                _isEnded = true;
                owner.Pass();
            }
        }
    }
}
