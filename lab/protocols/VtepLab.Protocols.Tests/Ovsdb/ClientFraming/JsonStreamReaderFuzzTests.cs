using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace VtepLab.Protocols.Tests.Ovsdb.ClientFraming;

/// <summary>Random streams, whole and damaged, against what must hold for every one of them.</summary>
public partial class JsonStreamReaderFuzzTests
{
    private const int Inputs = 1_500;

    private static readonly Gen<string> Scalars = Gen.Elements(
        "0", "-1", "1.5", "1e3", "12345678901234567890", "true", "false", "null", "\"\"", "\"a b\"", "\"{[\\\"\\\\\"", "\"\\u00e9\"",
        "\"\\uD83D\\uDE00\"", "\"\u00e9\u00ff\"");

    private static readonly Gen<string> Spaces = Gen.Elements("", "", "", " ", "\n", "\t\r\n ");

    private static readonly Gen<string> Echoes = Gen.Elements( // Known by their bytes, and near misses.
        """{"id":"echo","method":"echo","params":[]}""", """{"id":"echo","result":[],"error":null}""", """{"id":"echo","result":[]}""", """{"id":"echo","method":"echo","params":[1]}""");

    private static readonly Gen<string> Streams =
        Gen.ListOf(Spaces.SelectMany(s => Gen.OneOf(Objects(3), Objects(3), Echoes), (s, o) => s + o)).Select(string.Concat);

    /// <summary>A stream, how it is damaged (position and byte; a negative position leaves it whole) and how it is cut.</summary>
    private static Arbitrary<(string Stream, int[] Cuts)> Cases(bool damaged) => Arb.From(
        from stream in Streams
        from position in Gen.Choose(0, Math.Max(0, stream.Length - 1))
        from replacement in Gen.Elements("{}[]:,\"\\ u0e-.tx\u0000\u001f\u00ff".ToCharArray())
        from kind in Gen.Choose(0, 2)
        from cuts in Gen.NonEmptyListOf(Gen.Choose(1, 9))
        select (!damaged || stream.Length == 0 ? stream : Damage(stream, position, replacement, kind), cuts.ToArray()));

    [Test]
    public void However_a_stream_is_cut_the_same_texts_and_the_same_error_come_out() =>
        Check(damaged: true, (stream, cuts) =>
        {
            var whole = StreamPieces.Read(stream, null, int.MaxValue);
            var pieces = StreamPieces.Read(stream, null, cuts);
            Assert.That(pieces.Texts, Is.EqualTo(whole.Texts));
            Assert.That((pieces.Error, pieces.IsBetweenTexts), Is.EqualTo((whole.Error, whole.IsBetweenTexts)));
        });

    [Test]
    public void Of_a_whole_stream_nothing_is_lost() =>
        Check(damaged: false, (stream, cuts) =>
        {
            var outcome = StreamPieces.Read(stream, null, cuts);
            Assert.That(outcome.Error, Is.Null);
            Assert.That(string.Concat(outcome.Texts.Select(Dense)), Is.EqualTo(Dense(Encoding.Latin1.GetString(stream))));
        });

    [Test]
    public void Every_text_that_passes_is_JSON_to_another_reader_and_a_refused_stream_is_none() =>
        Check(damaged: true, (stream, cuts) =>
        {
            var outcome = StreamPieces.Read(stream, null, cuts);
            foreach (var text in outcome.Texts)
            {
                Assert.That(IsJsonObject(text), Is.True, text);
            }

            if (outcome.Error is null && outcome.IsBetweenTexts)
            {
                return;
            }

            var rest = Encoding.Latin1.GetString(stream)[outcome.Texts.Aggregate(0, (at, text) =>
                Encoding.Latin1.GetString(stream).IndexOf(text, at, StringComparison.Ordinal) + text.Length)..];
            Assert.That(IsStrict(rest) && StartsWithJsonObject(rest), Is.False, rest);
        });

    private static void Check(bool damaged, Action<byte[], int[]> holds)
    {
        Prop.ForAll(Cases(damaged), c =>
        {
            holds(Encoding.Latin1.GetBytes(c.Stream), c.Cuts);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Inputs));
        TestContext.Out.WriteLine($"{Inputs} streams tried.");
    }

    private static Gen<string> Objects(int depth) =>
        from count in Gen.Choose(0, 3)
        from members in Gen.ArrayOf(Members(depth), count)
        select "{" + string.Join(",", members) + "}";

    private static Gen<string> Members(int depth) =>
        from name in Gen.Elements("\"id\"", "\"\"", "\"a\\n\"", "\"}\"")
        from before in Spaces
        from value in Values(depth)
        from after in Spaces
        select $"{name}:{before}{value}{after}";

    private static Gen<string> Values(int depth) => depth == 0 ? Scalars : Gen.OneOf(Scalars, Objects(depth - 1), Arrays(depth - 1));

    private static Gen<string> Arrays(int depth) =>
        from count in Gen.Choose(0, 3)
        from values in Gen.ArrayOf(Values(depth), count)
        select "[" + string.Join(",", values) + "]";

    private static string Damage(string stream, int position, char replacement, int kind) => kind switch
    {
        0 => stream[..position] + replacement + stream[(position + 1)..],
        1 => stream.Remove(position, 1),
        _ => stream[..position],
    };

    /// <summary>The text without white space outside strings.</summary>
    private static string Dense(string text)
    {
        var dense = new StringBuilder();
        var inString = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (inString && text[i] == '\\')
            {
                dense.Append(text[i++]);
            }
            else if (text[i] == '"')
            {
                inString = !inString;
            }
            else if (!inString && " \t\r\n".Contains(text[i], StringComparison.Ordinal))
            {
                continue;
            }

            dense.Append(text[i]);
        }

        return dense.ToString();
    }

    private static bool IsJsonObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text), new JsonDocumentOptions { MaxDepth = 1000 });
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool StartsWithJsonObject(string text)
    {
        var trimmed = text.TrimStart(' ', '\t', '\r', '\n');
        return Enumerable.Range(0, trimmed.Length).Any(end => trimmed[end] == '}' && IsJsonObject(trimmed[..(end + 1)]));
    }

    /// <summary>False where our reader is stricter than JSON: escapes of NUL and of single surrogates, numbers that ovsdb-server refuses.</summary>
    private static bool IsStrict(string text) =>
        !text.Contains("\\u0000", StringComparison.OrdinalIgnoreCase) && !text.Contains("\\uD", StringComparison.OrdinalIgnoreCase)
        && !NumbersWithExponent().Matches(text).Any(match => IsRefused(match.Value));

    /// <summary>A digit damaged into an <c>e</c> makes an exponent of any length: valid JSON, but no number that a double holds.</summary>
    private static bool IsRefused(string number)
    {
        var value = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsInfinity(value) || double.IsSubnormal(value) || number.Length - number.IndexOf('e', StringComparison.OrdinalIgnoreCase) > 10;
    }

    [GeneratedRegex(@"-?\d+(\.\d+)?[eE][+-]?\d+")]
    private static partial Regex NumbersWithExponent();
}
