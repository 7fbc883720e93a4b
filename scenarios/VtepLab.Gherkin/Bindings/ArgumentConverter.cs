using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace VtepLab.Gherkin;

/// <summary>Makes the arguments of a step's method from what was cut out of the text.</summary>
internal sealed class ArgumentConverter(BindingRegistry registry, ObjectContainer container)
{
    /// <summary>All arguments: those of the text, then the table or doc string.</summary>
    /// <exception cref="BindingException">The method takes another number of arguments, or one cannot be made.</exception>
    public async Task<object?[]> ConvertAsync(StepMatch match, PickleStep step)
    {
        var method = match.Binding!.Method;
        var parameters = method.GetParameters();
        var hasBlock = step.Table is not null || step.DocString is not null;
        var given = match.Arguments.Count + (hasBlock ? 1 : 0);
        if (parameters.Length != given)
        {
            throw new BindingException($"{match.Binding.DisplayName} takes {parameters.Length} arguments, the step gives {given}");
        }

        var values = new object?[given];
        for (var i = 0; i < match.Arguments.Count; i++)
        {
            values[i] = await ConvertAsync(match.Arguments[i], parameters[i]);
        }

        if (hasBlock)
        {
            values[^1] = await ConvertBlockAsync(step, parameters[^1]);
        }

        return values;
    }

    private async Task<object?> ConvertAsync(RawArgument argument, ParameterInfo parameter)
    {
        if (argument.Text is not { } text)
        {
            return null;
        }

        var target = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (argument.Type?.Read is { } read && read(text) is string unquoted)
        {
            text = unquoted;
        }

        foreach (var candidate in registry.Transformations.Where(t => t.Name is null || t.Name == argument.Type?.Name))
        {
            var isMeant = candidate.Name is not null && target.IsAssignableFrom(candidate.Result);
            if ((isMeant || (candidate.Result == target && target != typeof(string))) && candidate.Match(text) is { } groups)
            {
                var inner = candidate.Method.GetParameters();
                object?[] values = [.. groups.Zip(inner, (g, p) => Primitive(g, p.ParameterType, p))];
                return await MethodCaller.CallAsync(candidate.Method, container, values);
            }
        }

        return Primitive(text, target, parameter);
    }

    private async Task<object?> ConvertBlockAsync(PickleStep step, ParameterInfo parameter)
    {
        if (step.DocString is { } text)
        {
            return await ConvertAsync(new RawArgument(text, null), parameter);
        }

        if (parameter.ParameterType == typeof(DataTable))
        {
            return step.Table;
        }

        var reader = registry.Transformations.FirstOrDefault(t => t.ReadsTable && t.Result == parameter.ParameterType)
            ?? throw new BindingException($"no transformation makes {parameter.ParameterType.Name} {parameter.Name} of a table");
        return await MethodCaller.CallAsync(reader.Method, container, [step.Table]);
    }

    private static object? Primitive(string text, Type target, ParameterInfo parameter)
    {
        target = Nullable.GetUnderlyingType(target) ?? target;
        if (target.IsAssignableFrom(typeof(string)))
        {
            return text;
        }

        try
        {
            return target.IsEnum ? Enum.Parse(target, text, ignoreCase: true)
                : typeof(IConvertible).IsAssignableFrom(target) ? Convert.ChangeType(text, target, CultureInfo.InvariantCulture)
                : TypeDescriptor.GetConverter(target).ConvertFromInvariantString(text);
        }
        catch (Exception bad) when (bad is FormatException or OverflowException or ArgumentException or NotSupportedException)
        {
            throw new BindingException($"'{text}' is no {target.Name}, which parameter '{parameter.Name}' must be: {bad.Message}", bad);
        }
    }
}
