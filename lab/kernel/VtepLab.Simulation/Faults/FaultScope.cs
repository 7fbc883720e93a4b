namespace VtepLab.Simulation;

/// <summary>Ends something, once.</summary>
internal sealed class FaultScope(Action end) : IDisposable
{
    private bool _ended;

    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            end();
        }
    }
}
