using System.Reflection;

namespace VtepLab.Gherkin;

/// <summary>Calls a binding's method on the scenario's object of its class and waits for the task it may return.</summary>
internal static class MethodCaller
{
    /// <summary>The method's value; of a task, the task's value.</summary>
    public static async Task<object?> CallAsync(MethodInfo method, ObjectContainer container, object?[] arguments)
    {
        var target = method.IsStatic ? null : container.Resolve(method.DeclaringType!);
        var result = method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        if (result is ValueTask plain)
        {
            await plain;
            return null;
        }

        if (result?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            result = type.GetMethod("AsTask")!.Invoke(result, null);
        }

        if (result is not Task task)
        {
            return result;
        }

        await task;
        return task.GetType().GetProperty("Result") is { } value && value.PropertyType.Name != "VoidTaskResult" ? value.GetValue(task) : null;
    }
}
