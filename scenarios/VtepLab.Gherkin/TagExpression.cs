using System.Text;

namespace VtepLab.Gherkin;

/// <summary>A Cucumber tag expression: <c>@live and not (@slow or @wip)</c>.</summary>
/// <remarks>Binding strength, strongest first: not, and, or. A backslash takes the meaning from a space, a parenthesis or itself.</remarks>
public sealed class TagExpression
{
    private readonly Func<IReadOnlyCollection<string>, bool> matches;

    private TagExpression(string text, Func<IReadOnlyCollection<string>, bool> matches)
    {
        Text = text;
        this.matches = matches;
    }

    /// <summary>The expression as written.</summary>
    public string Text { get; }

    /// <summary>Reads an expression; an empty one matches everything.</summary>
    /// <exception cref="FormatException">The text is no tag expression; the message says where and what was expected.</exception>
    public static TagExpression Parse(string text)
    {
        var tokens = new Tokens(text);
        if (tokens.Current is null)
        {
            return new TagExpression(text, _ => true);
        }

        var matches = ParseOr(tokens);
        return tokens.Current is null ? new TagExpression(text, matches) : throw tokens.Expected("'and', 'or' or the end");
    }

    /// <summary>True when a scenario with these tags is meant.</summary>
    /// <param name="tags">Tags with <c>@</c>.</param>
    public bool Matches(IReadOnlyCollection<string> tags) => matches(tags);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static Func<IReadOnlyCollection<string>, bool> ParseOr(Tokens tokens)
    {
        var left = ParseAnd(tokens);
        while (tokens.Take("or"))
        {
            var (first, second) = (left, ParseAnd(tokens));
            left = tags => first(tags) || second(tags);
        }

        return left;
    }

    private static Func<IReadOnlyCollection<string>, bool> ParseAnd(Tokens tokens)
    {
        var left = ParseNot(tokens);
        while (tokens.Take("and"))
        {
            var (first, second) = (left, ParseNot(tokens));
            left = tags => first(tags) && second(tags);
        }

        return left;
    }

    private static Func<IReadOnlyCollection<string>, bool> ParseNot(Tokens tokens)
    {
        if (tokens.Take("not"))
        {
            var inner = ParseNot(tokens);
            return tags => !inner(tags);
        }

        if (tokens.Take("("))
        {
            var inner = ParseOr(tokens);
            return tokens.Take(")") ? inner : throw tokens.Expected("')'");
        }

        if (tokens.Current is not ("and" or "or" or ")" or null) && tokens.Current.StartsWith('@'))
        {
            var tag = tokens.Current;
            tokens.Next();
            return tags => tags.Contains(tag);
        }

        throw tokens.Expected("a tag such as @live, 'not' or '('");
    }

    private sealed class Tokens
    {
        private readonly string text;
        private readonly List<(string Text, int At)> tokens = [];
        private int next;

        public Tokens(string text)
        {
            this.text = text;
            var word = new StringBuilder();
            var start = 0;
            for (var i = 0; i <= text.Length; i++)
            {
                var c = i < text.Length ? text[i] : ' ';
                if (c is not ('(' or ')') && !char.IsWhiteSpace(c))
                {
                    start = word.Length == 0 ? i : start;
                    i += c == '\\' && i + 1 < text.Length ? 1 : 0;
                    word.Append(text[i]);
                    continue;
                }

                if (word.Length > 0)
                {
                    tokens.Add((word.ToString(), start));
                    word.Clear();
                }

                if (c is '(' or ')')
                {
                    tokens.Add((c.ToString(), i));
                }
            }
        }

        public string? Current => next < tokens.Count ? tokens[next].Text : null;

        public void Next() => next++;

        public bool Take(string token)
        {
            var found = Current == token;
            next += found ? 1 : 0;
            return found;
        }

        public FormatException Expected(string what) => new(
            Current is null
                ? $"tag expression '{text}' ends too early: expected {what}"
                : $"tag expression '{text}', character {tokens[next].At + 1}: expected {what}, found '{Current}'");
    }
}
