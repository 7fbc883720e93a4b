using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb.ClientFraming;

/// <summary>Expected values: what Debian's ovsdb-server 3.1.0 keeps a connection open for, and what it closes it for.</summary>
public class JsonStreamReaderTests
{
    [TestCase("""{"id":1}{"id":2}""", """{"id":1}|{"id":2}""", TestName = "Texts_need_nothing_between_them")]
    [TestCase(" \t\r\n{\"id\": 1 }\n\n{ }", "{\"id\": 1 }|{ }", TestName = "White_space_between_texts_is_dropped_and_inside_kept")]
    [TestCase("""{"a}":"{\"]"}""", """{"a}":"{\"]"}""", TestName = "Braces_inside_strings_do_not_count")]
    [TestCase("""{"a":"\\"}{}""", """{"a":"\\"}|{}""", TestName = "An_escaped_backslash_does_not_escape_the_quote_after_it")]
    [TestCase("""{"a":[[],{},[1,"x",true,false,null,{"b":[]}]]}""", """{"a":[[],{},[1,"x",true,false,null,{"b":[]}]]}""",
        TestName = "Values_of_every_kind_nest")]
    [TestCase("""{"a":1,"a":2}""", """{"a":1,"a":2}""", TestName = "Duplicate_member_names_pass")]
    [TestCase("""{"a":"\" \\ \/ \b \f \n \r \t \u0001 \uD83D\uDE00 \uFFFF"}""",
        """{"a":"\" \\ \/ \b \f \n \r \t \u0001 \uD83D\uDE00 \uFFFF"}""", TestName = "Every_escape_of_JSON_passes")]
    [TestCase("{\"a\":\"\u007F\"}", "{\"a\":\"\u007F\"}", TestName = "DEL_passes_inside_a_string")]
    [TestCase("{\"a\":\"\u00FF\u00C0\"}", "{\"a\":\"\u00FF\u00C0\"}", TestName = "Bytes_that_are_no_UTF8_pass_inside_a_string")]
    [TestCase("""{"a":[0,-0,-1,1.0,10.25,1e3,1E+3,2e-2,0e999999999,1e-400,2.2250738585072014e-308,1.7976931348623157e308]}""",
        """{"a":[0,-0,-1,1.0,10.25,1e3,1E+3,2e-2,0e999999999,1e-400,2.2250738585072014e-308,1.7976931348623157e308]}""",
        TestName = "Every_number_a_double_holds_passes")]
    public void Complete_texts_are_found(string stream, string texts)
    {
        var outcome = StreamPieces.Read(Encoding.Latin1.GetBytes(stream), null, int.MaxValue);

        Assert.That(outcome.Error, Is.Null);
        Assert.That(outcome.Texts, Is.EqualTo(texts.Split('|')));
        Assert.That(outcome.IsBetweenTexts, Is.True);
    }

    [TestCase("{")]
    [TestCase("{\"a")]
    [TestCase("{\"a\\")]
    [TestCase("{\"a\\u12")]
    [TestCase("{\"a\":\"\\uD800")]
    [TestCase("{\"a\":\"\\uD800\\")]
    [TestCase("{\"a\":tru")]
    [TestCase("{\"a\":-")]
    [TestCase("{\"a\":1e")]
    [TestCase("foo", Description = "A bare word may go on; ovsdb-server waits for what ends it.")]
    [TestCase("42")]
    public void An_unfinished_text_is_waited_for(string stream)
    {
        var outcome = StreamPieces.Read(Encoding.Latin1.GetBytes(stream), null, int.MaxValue);

        Assert.That(outcome, Is.EqualTo(new StreamPieces.Outcome(outcome.Texts, null, false)));
        Assert.That(outcome.Texts, Is.Empty);
    }

    [TestCase("\u00EF\u00BB\u00BF{}", "Byte 0 of the JSON stream: expected '{' that opens a JSON-RPC message, found byte 0xEF.")]
    [TestCase("\0", "Byte 0 of the JSON stream: expected '{' that opens a JSON-RPC message, found byte 0x00.")]
    [TestCase("[]", "Byte 0 of the JSON stream: expected '{' that opens a JSON-RPC message, found '['.")]
    [TestCase("\u0016\u0003\u0001", "Byte 0 of the JSON stream: expected '{' that opens a JSON-RPC message, found byte 0x16.")]
    [TestCase("GET / HTTP/1.1\r\n", "Byte 3 of the JSON stream: expected true, false or null, found another word.")]
    [TestCase("true ", "Byte 4 of the JSON stream: expected '{' that opens a JSON-RPC message, found a keyword.")]
    [TestCase(" 12 ", "Byte 3 of the JSON stream: expected '{' that opens a JSON-RPC message, found a number.")]
    [TestCase("\"a\"", "Byte 2 of the JSON stream: expected '{' that opens a JSON-RPC message, found a string.")]
    [TestCase("{}}", "Byte 2 of the JSON stream: expected '{' that opens a JSON-RPC message, found '}'.")]
    [TestCase("{}\n{]", "Byte 4 of the JSON stream: expected a member name in double quotes or '}', found ']'.")]
    [TestCase("{\"a\":1,}", "Byte 7 of the JSON stream: expected a member name in double quotes, found '}'.")]
    [TestCase("{\"a\":[1,]}", "Byte 8 of the JSON stream: expected a value, found ']'.")]
    [TestCase("{\"a\":[1 2]}", "Byte 8 of the JSON stream: expected ',' or ']', found '2'.")]
    [TestCase("{\"a\" 1}", "Byte 5 of the JSON stream: expected ':', found '1'.")]
    [TestCase("{\"a\"::1}", "Byte 5 of the JSON stream: expected a value, found ':'.")]
    [TestCase("{\"a\":1]", "Byte 6 of the JSON stream: expected ',' or '}', found ']'.")]
    [TestCase("{'a':1}", "Byte 1 of the JSON stream: expected a member name in double quotes or '}', found '''.")]
    [TestCase("{/**/}", "Byte 1 of the JSON stream: expected a member name in double quotes or '}', found '/'.")]
    [TestCase("{1:1}", "Byte 1 of the JSON stream: expected a member name in double quotes or '}', found '1'.")]
    [TestCase("{\"a\":True}", "Byte 9 of the JSON stream: expected true, false or null, found another word.")]
    [TestCase("{\"a\":nulls}", "Byte 10 of the JSON stream: expected true, false or null, found another word.")]
    [TestCase("{\"a\":NaN}", "Byte 8 of the JSON stream: expected true, false or null, found another word.")]
    [TestCase("{\"a\":01}", "Byte 6 of the JSON stream: expected no digit after a leading zero, found '1'.")]
    [TestCase("{\"a\":+1}", "Byte 5 of the JSON stream: expected a value, found '+'.")]
    [TestCase("{\"a\":.5}", "Byte 5 of the JSON stream: expected a value, found '.'.")]
    [TestCase("{\"a\":1.}", "Byte 7 of the JSON stream: expected a digit, found '}'.")]
    [TestCase("{\"a\":-}", "Byte 6 of the JSON stream: expected a digit, found '}'.")]
    [TestCase("{\"a\":1e+}", "Byte 8 of the JSON stream: expected a digit, found '}'.")]
    [TestCase("{\"a\":0x1}", "Byte 6 of the JSON stream: expected ',' or '}', found 'x'.")]
    [TestCase("{\"a\":1e400}", "Byte 10 of the JSON stream: expected a number in the range of a double, found 1e400.")]
    [TestCase("{\"a\":-5e-324}", "Byte 12 of the JSON stream: expected a number in the range of a double, found -5e-324.")]
    [TestCase("{\"a\":0e2147483648}", "Byte 16 of the JSON stream: expected an exponent of at most nine digits, found a larger one.")]
    [TestCase("{\"a\":\"\\u0000\"}", "Byte 11 of the JSON stream: expected a character other than NUL, found \\u0000.")]
    [TestCase("{\"a\":\"\\uD800x\"}", "Byte 12 of the JSON stream: expected the low surrogate that belongs to the high one before it, found 'x'.")]
    [TestCase("{\"a\":\"\\uD800\\n\"}", "Byte 13 of the JSON stream: expected the low surrogate that belongs to the high one before it, found 'n'.")]
    [TestCase("{\"a\":\"\\uD800\\uD800\"}", "Byte 17 of the JSON stream: expected a low surrogate after a high one, found \\ud800.")]
    [TestCase("{\"a\":\"\\uDC00\"}", "Byte 11 of the JSON stream: expected a high surrogate before a low one, found \\udc00.")]
    [TestCase("{\"a\":\"\\u12G4\"}", "Byte 10 of the JSON stream: expected four hexadecimal digits after \\u, found 'G'.")]
    [TestCase("{\"a\":\"\\a\"}", "Byte 7 of the JSON stream: expected one of \"\\/bfnrtu after a backslash, found 'a'.")]
    [TestCase("{\"a\":\"\n\"}", "Byte 6 of the JSON stream: expected an escape for a control character inside a string, found byte 0x0A.")]
    public void What_is_no_JSON_object_is_refused_at_its_place(string stream, string message)
    {
        var outcome = StreamPieces.Read(Encoding.Latin1.GetBytes(stream), null, int.MaxValue);

        Assert.That(outcome.Error, Is.EqualTo(message));
    }

    [Test]
    public void A_text_of_1000_levels_passes_and_one_more_is_refused()
    {
        var deepest = "{\"a\":" + new string('[', 999) + new string(']', 999) + "}";
        var tooDeep = "{\"a\":" + new string('[', 1000) + new string(']', 1000) + "}";

        Assert.That(StreamPieces.Read(Encoding.ASCII.GetBytes(deepest), null, 7).Texts, Is.EqualTo(new[] { deepest }));
        Assert.That(StreamPieces.Read(Encoding.ASCII.GetBytes(tooDeep), null, 7).Error,
            Is.EqualTo("Byte 1004 of the JSON stream: expected at most 1000 nested levels (MaxDepth), found one more."));
    }

    [Test]
    public void A_number_of_more_digits_than_a_double_holds_is_refused()
    {
        var stream = "{\"a\":" + new string('9', 309) + "}";

        Assert.That(StreamPieces.Read(Encoding.ASCII.GetBytes(stream), null, 5).Error,
            Does.StartWith("Byte 314 of the JSON stream: expected a number in the range of a double, found 9999"));
    }

    [TestCase("{\"a\":\"xx\"}", true, TestName = "A_text_of_the_size_limit_passes")]
    [TestCase("   {\"a\":\"xx\"}", true, TestName = "White_space_before_a_text_does_not_count_towards_its_size")]
    [TestCase("{\"a\":\"xxx\"}", false, TestName = "A_text_of_one_byte_more_than_the_size_limit_is_refused")]
    [TestCase("{\"a\":\"xxxxx", false, TestName = "A_text_is_refused_as_soon_as_it_is_longer_than_the_size_limit")]
    public void Size(string stream, bool passes)
    {
        var outcome = StreamPieces.Read(Encoding.ASCII.GetBytes(stream), new JsonStreamLimits { MaxTextBytes = 10 }, 4);

        Assert.That(outcome.Error, passes ? Is.Null : Does.Contain("expected a text of at most 10 bytes (MaxTextBytes), found more."));
    }

    [Test]
    public void After_an_error_every_call_fails_the_same_way()
    {
        var reader = new JsonStreamReader();
        Assert.That(() => Read(reader, "]"), Throws.InstanceOf<OvsdbProtocolException>());

        Assert.That(() => Read(reader, "{}"),
            Throws.InstanceOf<OvsdbProtocolException>().With.Message.Contains("found ']'").And.Property("IsTransient").False);

        static void Read(JsonStreamReader reader, string text)
        {
            var buffer = new System.Buffers.ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text));
            reader.TryRead(ref buffer, out _);
        }
    }
}
