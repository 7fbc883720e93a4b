using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests;

public class SpellingTests
{
    private static readonly string[] Names = ["ignores-wait", "ignores-abort", "VTEP-PRO-031", "-h"];

    [TestCase("ignore-wait", "ignores-wait")]
    [TestCase("VTEP-PRO-O31", "VTEP-PRO-031")]
    [TestCase("zzz", null)]
    [TestCase("-x", null)]
    public void The_name_most_like_a_word_is_found(string word, string? expected) =>
        Assert.That(Spelling.Nearest(word, Names), Is.EqualTo(expected));
}
