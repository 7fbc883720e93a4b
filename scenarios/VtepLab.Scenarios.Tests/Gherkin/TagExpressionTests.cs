using VtepLab.Gherkin;

namespace VtepLab.Scenarios.Tests.Gherkin;

public class TagExpressionTests
{
    [TestCase("", "", ExpectedResult = true)]
    [TestCase("@a", "@a", ExpectedResult = true)]
    [TestCase("@a", "@ab", ExpectedResult = false)]
    [TestCase("not @a", "@b", ExpectedResult = true)]
    [TestCase("not not @a", "@a", ExpectedResult = true)]
    [TestCase("@a or @b and @c", "@a", ExpectedResult = true)] // "and" binds stronger than "or".
    [TestCase("(@a or @b) and @c", "@a", ExpectedResult = false)]
    [TestCase("not @a and @b", "@b", ExpectedResult = true)]
    [TestCase("not (@a or @b)", "@c", ExpectedResult = true)]
    [TestCase(@"@a\(1\) and @b", "@a(1) @b", ExpectedResult = true)]
    public bool An_expression_selects_by_the_tags(string expression, string tags) =>
        TagExpression.Parse(expression).Matches(tags.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [TestCase("@a @b", "tag expression '@a @b', character 4: expected 'and', 'or' or the end, found '@b'")]
    [TestCase("@a and", "tag expression '@a and' ends too early: expected a tag such as @live, 'not' or '('")]
    [TestCase("(@a", "tag expression '(@a' ends too early: expected ')'")]
    [TestCase("live", "tag expression 'live', character 1: expected a tag such as @live, 'not' or '(', found 'live'")]
    [TestCase("@a or or @b", "tag expression '@a or or @b', character 7: expected a tag such as @live, 'not' or '(', found 'or'")]
    public void A_malformed_expression_is_refused_with_the_place(string expression, string message) =>
        Assert.That(() => TagExpression.Parse(expression), Throws.TypeOf<FormatException>().With.Message.EqualTo(message));
}
