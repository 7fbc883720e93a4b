namespace VtepLab.Simulation;

/// <summary>A fault that goes on: disposing ends it, once.</summary>
/// <param name="end">What then happens.</param>
public sealed class FaultScope(Action end) : IDisposable
{
    private bool _ended;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            end();
        }
    }
}
