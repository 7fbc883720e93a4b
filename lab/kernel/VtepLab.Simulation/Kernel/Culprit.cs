using System.Diagnostics;

namespace VtepLab.Simulation;

/// <summary>Says in words whose code something is: by what is run next, or by who stands on the stack.</summary>
internal static class Culprit
{
    /// <summary>The method that goes on when a piece of work is run: of an await that of the code that awaits, not of the library between.</summary>
    public static string Name(object fn, object? state)
    {
        if (fn is Action { Target: { } box } && StateMachine(box) is { } resumed)
        {
            return resumed;
        }

        var awaiting = state is Action { Target: { } target } ? target : state;
        return (awaiting is null ? null : StateMachine(awaiting))
            ?? (fn is Delegate d ? $"{d.Method.DeclaringType}.{d.Method.Name}{(d.Target is null ? "" : $" of {d.Target.GetType()}")}" : fn.ToString()!);
    }

    /// <summary>The first method of the calling stack that is neither the runtime's nor the simulation's; null when there is none.</summary>
    public static string? OnTheStack() => new StackTrace().GetFrames()
        .Select(f => f.GetMethod())
        .FirstOrDefault(m => m?.DeclaringType is { } type && type.Assembly != typeof(object).Assembly && type.Assembly != typeof(Culprit).Assembly
            && type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true) is { } found
        ? $"{found.DeclaringType}.{found.Name}"
        : null;

    // An await of an async method hands on the box of its state machine, whose last type argument is "Class+<MethodAsync>d__7".
    private static string? StateMachine(object box) =>
        box.GetType().GenericTypeArguments is [.., var machine] && machine.Name.StartsWith('<') && machine.Name.IndexOf('>', StringComparison.Ordinal) is > 1 and var end
            ? $"{machine.DeclaringType}.{machine.Name[1..end]}"
            : null;
}
