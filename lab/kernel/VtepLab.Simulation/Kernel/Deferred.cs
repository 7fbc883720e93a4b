namespace VtepLab.Simulation;

/// <summary>An action as an event of its own, without a context.</summary>
internal sealed class Deferred(Action action) : EventTarget
{
    public override void Fire(object? state) => action();

    public override string ToString() => Culprit.Name(action, null);
}
