using System.Reflection;
using System.Text.RegularExpressions;

namespace VtepLab.Gherkin;

/// <summary>A method that makes a step's argument.</summary>
internal sealed class ArgumentTransformation
{
    private readonly Regex? regex;

    public ArgumentTransformation(MethodInfo method, StepArgumentTransformationAttribute attribute)
    {
        Method = method;
        Name = attribute.Name;
        Order = attribute.Order;
        Pattern = attribute.Regex?.TrimStart('^').TrimEnd('$');
        regex = Pattern is null ? null : new Regex(@"\A(?:" + Pattern + @")\z", RegexOptions.CultureInvariant);
        var parameters = method.GetParameters();
        ReadsTable = parameters is [{ ParameterType: var only }] && only == typeof(DataTable);
        var result = method.ReturnType;
        Result = result.IsGenericType && (result.GetGenericTypeDefinition() == typeof(Task<>) || result.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? result.GetGenericArguments()[0]
            : result;
    }

    public MethodInfo Method { get; }

    public string? Name { get; }

    public int Order { get; }

    public string? Pattern { get; }

    public Type Result { get; }

    public bool ReadsTable { get; }

    /// <summary>The method's arguments when the text is one it reads, otherwise null.</summary>
    public string[]? Match(string text)
    {
        if (ReadsTable)
        {
            return null;
        }

        if (regex is null)
        {
            return [text];
        }

        var match = regex.Match(text);
        if (!match.Success)
        {
            return null;
        }

        string[] groups = [.. match.Groups.Values.Skip(1).Select(g => g.Value)];
        return groups.Length == 0 ? [text] : groups;
    }
}
