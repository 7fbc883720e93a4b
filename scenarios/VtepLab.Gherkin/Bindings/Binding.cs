using System.Reflection;

namespace VtepLab.Gherkin;

/// <summary>A method for steps.</summary>
internal sealed record StepBinding(MethodInfo Method, StepDefinitionBaseAttribute Attribute, StepExpression Expression)
{
    /// <summary>How messages name it: <c>SwitchSteps.GivenASwitch(String)</c>.</summary>
    public string DisplayName => MethodNames.Display(Method);
}

/// <summary>A method that runs before or after a scenario.</summary>
internal sealed record HookBinding(MethodInfo Method, HookAttribute Attribute)
{
    public bool IsFor(Pickle pickle) =>
        Scopes.Allow(Method, pickle) && (Attribute.Tags.Count == 0 || Attribute.Tags.Any(t => pickle.Tags.Contains("@" + t.TrimStart('@'))));
}

internal static class MethodNames
{
    public static string Display(MethodInfo method) =>
        $"{method.DeclaringType?.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})";
}

internal static class Scopes
{
    /// <summary>True when neither the method's nor its class's scopes leave the scenario out.</summary>
    public static bool Allow(MethodInfo method, Pickle pickle) => AllowMember(method, pickle) && AllowMember(method.DeclaringType!, pickle);

    /// <summary>True when a scope on the method or its class had a say, which makes it win over bindings without one.</summary>
    public static bool AreGiven(MethodInfo method) =>
        method.IsDefined(typeof(ScopeAttribute)) || method.DeclaringType!.IsDefined(typeof(ScopeAttribute));

    private static bool AllowMember(MemberInfo member, Pickle pickle)
    {
        var scopes = member.GetCustomAttributes<ScopeAttribute>().ToArray();
        return scopes.Length == 0 || scopes.Any(s => s.IsFor(pickle));
    }
}
