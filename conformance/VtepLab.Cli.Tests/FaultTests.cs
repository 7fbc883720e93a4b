namespace VtepLab.Cli.Tests;

public class FaultTests
{
    [Test]
    public void A_bug_of_ours_is_one_line_that_says_where_the_details_are()
    {
        Exception bug;
        try
        {
            throw new InvalidOperationException("the two lists\nare not of one length");
        }
        catch (InvalidOperationException e)
        {
            bug = e;
        }

        var (code, message) = Faults.Explain(bug, ["certify", "--out", "my folder"]);

        var file = message[(message.IndexOf("details in ", StringComparison.Ordinal) + "details in ".Length)..^1];
        Assert.That(code, Is.EqualTo(ExitCode.Bug));
        Assert.That(message, Does.StartWith("a bug of ours, sorry: InvalidOperationException: the two lists are not of one length (details in "));
        Assert.That(File.ReadAllText(file), Does.Contain("vteplab certify --out 'my folder'").And.Contain("   at VtepLab.Cli.Tests.FaultTests."));
        File.Delete(file);
    }

    [Test]
    public void What_lies_inside_an_exception_counts_when_it_is_meant_for_the_user()
    {
        var (code, message) = Faults.Explain(
            new InvalidOperationException("outside", new CommandException(ExitCode.Unreachable, "leaf1 is gone")), []);

        Assert.That((code, message), Is.EqualTo((ExitCode.Unreachable, "leaf1 is gone")));
    }
}
