using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace VtepLab.Simulation;

/// <summary>Says in words whose code something is: by what is run next, or by who stands on the stack.</summary>
internal static class Culprit
{
    private const int LongestChain = 6;

    /// <summary>The method that goes on when a piece of work is run, and those that await it: of an await that of the code that awaits, not of the library between.</summary>
    public static string Name(object fn, object? state)
    {
        if (fn is Action { Target: { } box } && Chain(box) is { } resumed)
        {
            return resumed;
        }

        var awaiting = state is Action { Target: { } target } ? target : state;
        return (awaiting is null ? null : Chain(awaiting) ?? (awaiting as EventTarget)?.ToString())
            ?? (fn is Delegate d ? $"{d.Method.DeclaringType}.{d.Method.Name}{(d.Target is null ? "" : $" of {d.Target.GetType()}")}" : fn.ToString()!);
    }

    /// <summary>The first method of the calling stack that is neither the runtime's nor the simulation's; null when there is none.</summary>
    public static string? OnTheStack() => new StackTrace().GetFrames()
        .Select(f => f.GetMethod())
        .FirstOrDefault(m => m?.DeclaringType is { } type && type.Assembly != typeof(object).Assembly && type.Assembly != typeof(Culprit).Assembly
            && type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true) is { } found
        ? $"{found.DeclaringType}.{found.Name}"
        : null;

    private static string? Chain(object box)
    {
        var machines = new List<Type>();
        for (object? next = box; next is not null && machines.Count < LongestChain && StateMachine(next) is { } machine; next = Awaiter(next))
        {
            machines.Add(machine);
        }

        var others = machines.Where(m => m.Assembly != typeof(Culprit).Assembly).ToList(); // Who is at fault, and not what it stands on.
        return machines.Count == 0 ? null : string.Join(", awaited by ", (others.Count > 0 ? others : machines).Select(Method));
    }

    // An await of an async method hands on the box of its state machine, which is its last type argument.
    private static Type? StateMachine(object box) =>
        box.GetType().GenericTypeArguments is [.., var machine] && machine.Name.StartsWith('<') && machine.Name.Contains(">d", StringComparison.Ordinal) ? machine : null;

    // "Class+<MethodAsync>d__7"; of a lambda "Class+<>c__DisplayClass1_0+<<MethodAsync>b__2>d", of a local function "Class+<<MethodAsync>g__LocalAsync|3>d".
    private static string Method(Type machine)
    {
        var owner = machine.DeclaringType;
        while (owner is { DeclaringType: { } outer } && owner.Name.StartsWith('<'))
        {
            owner = outer;
        }

        var name = machine.Name[1..machine.Name.LastIndexOf(">d", StringComparison.Ordinal)];
        if (name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) is var end and > 0)
        {
            name = name[(end + 1)..].Split("__") is ["g", var local] ? $"{name[1..end]}.{local.Split('|')[0]}" : $"a lambda in {name[1..end]}";
        }

        return $"{owner}.{name}";
    }

    /// <summary>The box of the method that awaits a method's task: the runtime keeps it as the task's continuation. Null when there is none, or another runtime keeps it elsewhere.</summary>
    private static object? Awaiter(object box)
    {
        if (box is not Task task)
        {
            return null;
        }

        var continuation = Continuation(task);
        var action = continuation as Action ?? (continuation is null ? null : continuation.GetType().GetField("m_action", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(continuation) as Action);
        return action?.Target ?? continuation;

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_continuationObject")]
        static extern ref object? Continuation(Task task);
    }
}
