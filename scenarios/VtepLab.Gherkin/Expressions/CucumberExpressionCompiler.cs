using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace VtepLab.Gherkin;

/// <summary>Turns a cucumber expression into a regular expression.</summary>
/// <remarks>
/// <c>{name}</c> is a parameter, <c>(text)</c> may be left out, <c>one/two</c> is one of the words, a backslash takes the meaning
/// from the next character. Alternatives end at white space and at parameters.
/// </remarks>
internal sealed class CucumberExpressionCompiler(string source, Func<string, ParameterType?> findType)
{
    private readonly ImmutableArray<ParameterType>.Builder parameters = ImmutableArray.CreateBuilder<ParameterType>();
    private readonly StringBuilder pattern = new(@"\A");
    private int at;

    /// <summary>The name of the regular expression's group that holds the parameter at a place.</summary>
    public static string GroupName(int index) => "parameter" + index;

    /// <summary>The regular expression for the whole text, and its parameters from left to right.</summary>
    /// <exception cref="FormatException">The expression is malformed or names an unknown parameter type.</exception>
    public (string Pattern, ImmutableArray<ParameterType> Parameters) Compile()
    {
        while (at < source.Length)
        {
            if (source[at] == '{')
            {
                AddParameter();
            }
            else if (char.IsWhiteSpace(source[at]))
            {
                pattern.Append(Regex.Escape(source[at++].ToString()));
            }
            else
            {
                AddWord();
            }
        }

        return (pattern.Append(@"\z").ToString(), parameters.ToImmutable());
    }

    private void AddParameter()
    {
        var end = source.IndexOf('}', at);
        if (end < 0)
        {
            throw Malformed("'{' has no '}'; write '\\{' for the character itself");
        }

        var name = source[(at + 1)..end];
        var type = findType(name) ?? throw Malformed($"there is no parameter type '{{{name}}}'");
        pattern.Append("(?<").Append(GroupName(parameters.Count)).Append('>').Append(type.Pattern.Trim()).Append(')');
        parameters.Add(type);
        at = end + 1;
    }

    // A run of characters up to white space or a parameter: one text, or several with '/' between them.
    private void AddWord()
    {
        var alternatives = new List<string>();
        var current = new StringBuilder();
        var hasText = false;
        while (at < source.Length && source[at] != '{' && !char.IsWhiteSpace(source[at]))
        {
            switch (source[at])
            {
                case '/':
                    Finish();
                    at++;
                    break;
                case '(':
                    AddOptional(current);
                    break;
                default:
                    current.Append(Regex.Escape(TakeCharacter()));
                    hasText = true;
                    break;
            }
        }

        if (alternatives.Count == 0)
        {
            pattern.Append(current);
            return;
        }

        Finish();
        pattern.Append("(?:").AppendJoin('|', alternatives).Append(')');

        void Finish()
        {
            if (!hasText)
            {
                throw Malformed("an alternative is empty; write '\\/' for the character itself");
            }

            alternatives.Add(current.ToString());
            current.Clear();
            hasText = false;
        }
    }

    private void AddOptional(StringBuilder target)
    {
        at++;
        var text = new StringBuilder();
        while (at < source.Length && source[at] != ')')
        {
            if (source[at] is '{' or '(')
            {
                throw Malformed("optional text holds neither parameters nor optional text");
            }

            text.Append(Regex.Escape(TakeCharacter()));
        }

        if (at == source.Length || text.Length == 0)
        {
            throw Malformed(text.Length == 0 ? "'()' is empty" : "'(' has no ')'; write '\\(' for the character itself");
        }

        at++;
        target.Append("(?:").Append(text).Append(")?");
    }

    private string TakeCharacter()
    {
        if (source[at] == '\\' && ++at == source.Length)
        {
            throw Malformed("a backslash ends it");
        }

        return source[at++].ToString();
    }

    private FormatException Malformed(string what) =>
        new($"step expression '{source}', character {Math.Min(at, source.Length - 1) + 1}: {what}");
}
