using System.Collections.Immutable;
using Ast = global::Gherkin.Ast;

namespace VtepLab.Gherkin;

/// <summary>A feature file that is no Gherkin; the message has one line an error: file, line, column, what was expected.</summary>
public sealed class FeatureSyntaxException(string message, Exception inner) : FormatException(message, inner);

/// <summary>Reads feature files with the official parser and makes pickles of them.</summary>
public static class FeatureReader
{
    /// <summary>Reads one file.</summary>
    /// <param name="uri">What to call the file in messages and results.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="FeatureSyntaxException">The text is no Gherkin.</exception>
    public static FeatureFile Read(string uri, string text)
    {
        Ast.GherkinDocument document;
        try
        {
            document = new global::Gherkin.Parser().Parse(new StringReader(text));
        }
        catch (global::Gherkin.CompositeParserException several)
        {
            throw new FeatureSyntaxException(string.Join('\n', several.Errors.Select(e => Describe(uri, e))), several);
        }
        catch (global::Gherkin.ParserException one)
        {
            throw new FeatureSyntaxException(Describe(uri, one), one);
        }

        if (document.Feature is not { } feature)
        {
            return new FeatureFile(uri, "", "", [], []);
        }

        var pickles = ImmutableArray.CreateBuilder<Pickle>();
        var place = new Place(uri, feature.Name, null, Names(feature.Tags), []);
        foreach (var child in feature.Children)
        {
            place = Add(pickles, place, child);
        }

        return new FeatureFile(uri, feature.Name, (feature.Description ?? "").Trim(), Names(feature.Tags), pickles.ToImmutable());
    }

    private static Place Add(ImmutableArray<Pickle>.Builder pickles, Place place, Ast.IHasLocation child)
    {
        switch (child)
        {
            case Ast.Background background:
                return place with { Background = place.Background.AddRange(background.Steps) };

            case Ast.Rule rule:
                var inside = place with { Rule = rule.Name, Tags = place.Tags.AddRange(Names(rule.Tags)) };
                foreach (var inner in rule.Children)
                {
                    inside = Add(pickles, inside, inner);
                }

                return place;

            case Ast.Scenario scenario:
                pickles.AddRange(Expand(place, scenario));
                return place;

            default:
                return place;
        }
    }

    private static IEnumerable<Pickle> Expand(Place place, Ast.Scenario scenario)
    {
        var tags = place.Tags.AddRange(Names(scenario.Tags));
        if (!scenario.Examples.Any())
        {
            yield return Make(place, scenario, scenario.Name, scenario.Location.Line, tags, []);
            yield break;
        }

        foreach (var examples in scenario.Examples.Where(e => e.TableHeader is not null))
        {
            var header = examples.TableHeader.Cells.Select(c => c.Value).ToArray();
            foreach (var row in examples.TableBody)
            {
                var values = header.Zip(row.Cells, (name, cell) => (Name: name, cell.Value)).ToArray();
                var name = Fill(scenario.Name, values);
                if (name == scenario.Name && values.Length > 0)
                {
                    name += $" ({string.Join(", ", values.Select(v => $"{v.Name}: {v.Value}"))})";
                }

                yield return Make(place, scenario, name, row.Location.Line, tags.AddRange(Names(examples.Tags)), values);
            }
        }
    }

    private static Pickle Make(
        Place place, Ast.Scenario scenario, string name, int line, ImmutableArray<string> tags, (string Name, string Value)[] values)
    {
        var steps = ImmutableArray.CreateBuilder<PickleStep>();
        var kind = StepKind.Given;
        // A scenario without steps does not run its background either, or it would pass without testing anything.
        foreach (var (step, isOwn) in place.Background.Select(s => (s, false)).Concat(scenario.Steps.Select(s => (s, true))))
        {
            kind = step.KeywordType switch
            {
                global::Gherkin.StepKeywordType.Context => StepKind.Given,
                global::Gherkin.StepKeywordType.Action => StepKind.When,
                global::Gherkin.StepKeywordType.Outcome => StepKind.Then,
                _ => kind,
            };
            var own = isOwn ? values : []; // Placeholders are of the outline, not of the background.
            var table = step.DataTable is { } rows ? new DataTable(rows.Rows.Select(r => r.Cells.Select(c => Fill(c.Value, own)))) : null;
            var doc = step.DocString is { } text ? Fill(text.Content, own) : null;
            steps.Add(new PickleStep(step.Keyword.Trim(), kind, Fill(step.Text, own), step.Location.Line, table, doc));
        }

        return new Pickle(
            place.Uri, place.Feature, place.Rule, name, line, [.. tags.Distinct()], scenario.Steps.Any() ? steps.ToImmutable() : []);
    }

    private static string Fill(string text, (string Name, string Value)[] values) =>
        values.Aggregate(text, (filled, v) => filled.Replace($"<{v.Name}>", v.Value, StringComparison.Ordinal));

    private static ImmutableArray<string> Names(IEnumerable<Ast.Tag> tags) => [.. tags.Select(t => t.Name)];

    private static string Describe(string uri, global::Gherkin.ParserException error)
    {
        // The parser puts "(line:column): " in front of its own messages.
        var said = error.Message;
        var close = said.IndexOf("): ", StringComparison.Ordinal);
        var what = said.StartsWith('(') && close > 0 ? said[(close + 3)..] : said;
        return error.Location is { } at ? $"{uri}:{at.Line}:{at.Column}: {what}" : $"{uri}: {what}";
    }

    private sealed record Place(string Uri, string Feature, string? Rule, ImmutableArray<string> Tags, ImmutableArray<Ast.Step> Background);
}
