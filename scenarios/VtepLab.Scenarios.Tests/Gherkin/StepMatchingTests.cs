using System.Globalization;
using System.Net;
using VtepLab.Gherkin;
using VtepLab.Results;

namespace VtepLab.Scenarios.Tests.Gherkin;

public class StepMatchingTests
{
    [TestCase("I bind 3 ports", "Bind(3)")]
    [TestCase("I bind 1 port", "Bind(1)")]
    [TestCase("I unbind -2 ports", "Bind(-2)")]
    [TestCase("switch \"tor \\\"1\\\"\" is named", "Name(tor \"1\")")]
    [TestCase("switch 'tor1' is named", "Name(tor1)")]
    [TestCase("latency is 0.25 seconds", "Latency(0.25)")]
    [TestCase("word tor1 and the rest of it", "Words(tor1|the rest of it)")]
    [TestCase("network 5000 at 192.0.2.11", "Network(#5000|192.0.2.11)")]
    [TestCase("it (really) costs 1/2", "Escaped()")]
    [TestCase("port eth12 is down", "Port(12|down)")]
    [TestCase("port eth1 is up", "Port(1|up)")]
    [TestCase("colour GREEN", "Colour(Green)")]
    public async Task A_step_calls_its_method_with_its_arguments(string text, string expected)
    {
        var (result, log) = await RunAsync($"Given {text}");

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Passed), () => result.Steps[0].Message);
        Assert.That(log, Is.EqualTo(new[] { expected }));
    }

    [Test]
    public async Task A_table_and_a_doc_string_come_last()
    {
        var (result, log) = await RunAsync("""
            Given ports:
                  | name | vlan |
                  | eth1 | 10   |
                  | eth2 | 20   |
                And 2 lines:
                  '''
                  one
                  two
                  '''
            """.Replace("'''", "\"\"\"", StringComparison.Ordinal));

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Passed), () => string.Join("\n", result.Steps.Select(s => s.Message)));
        Assert.That(log, Is.EqualTo(new[] { "eth1=10,eth2=20", "2:one\ntwo" }));
    }

    [Test]
    public async Task A_step_without_a_definition_is_reported_with_a_method_that_would_match()
    {
        var (result, _) = await RunAsync("When \"tor1\" drops 3 of 4 frames (or so)");

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Undefined));
        Assert.That(result.Steps[0].Message.ReplaceLineEndings("\n"), Is.EqualTo("""
            no step definition matches 'When "tor1" drops 3 of 4 frames (or so)'; a method for it:
                [When("{string} drops {int} of {int} frames \\(or so\\)")]
                public Task WhenDropsOfFramesOrSo(string p0, int p1, int p2)
                {
                    throw new PendingStepException();
                }
            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public async Task A_step_that_several_methods_match_is_reported_with_all_of_them()
    {
        var (result, log) = await RunAsync("Given twice");

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Ambiguous));
        Assert.That(result.Steps[0].Message, Is.EqualTo("""
            several step definitions match 'Given twice':
                MatchingSteps.TwiceA(): twice
                MatchingSteps.TwiceB(String): twi(.*)
            """.ReplaceLineEndings("\n")));
        Assert.That(log, Is.Empty);
    }

    [Test]
    public async Task A_method_is_only_for_steps_of_its_kind()
    {
        var (result, _) = await RunAsync("Then I bind 3 ports");

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Undefined));
    }

    [Test]
    public async Task A_scoped_method_wins_where_its_scope_holds()
    {
        Assert.That((await RunAsync("Given scoped", "@special")).Log, Is.EqualTo(new[] { "special" }));
        Assert.That((await RunAsync("Given scoped")).Log, Is.EqualTo(new[] { "general" }));
    }

    [Test]
    public async Task An_argument_that_cannot_be_made_is_named()
    {
        var (result, _) = await RunAsync("Given colour blue");

        Assert.That(result.Steps[0].Message, Does.StartWith("'blue' is no Colour, which parameter 'colour' must be"));
    }

    [TestCase("{nothing} is known", "there is no parameter type '{nothing}'")]
    [TestCase("a {int", "'{' has no '}'")]
    [TestCase("a ()", "'()' is empty")]
    [TestCase("a (b", "'(' has no ')'")]
    [TestCase("a b//c", "an alternative is empty")]
    [TestCase("a ({int})", "optional text holds neither parameters nor optional text")]
    public void A_malformed_expression_is_refused(string expression, string message) =>
        Assert.That(
            () => StepExpression.Parse(expression, name => ParameterType.BuiltIn.FirstOrDefault(t => t.Name == name)),
            Throws.TypeOf<FormatException>().With.Message.Contains(message));

    private static async Task<(ScenarioResult Result, List<string> Log)> RunAsync(string steps, string tags = "")
    {
        var pickle = FeatureReader.Read("t.feature", $"Feature: F\n  {tags}\n  Scenario: S\n    {steps}\n").Pickles.Single();
        var log = new List<string>();
        var executor = new ScenarioExecutor(new BindingRegistry(typeof(MatchingSteps)), TimeProvider.System);
        return (await executor.RunAsync(pickle, c => c.RegisterInstanceAs(log)), log);
    }
}

public enum Colour
{
    Red,
    Green,
}

public sealed record NetworkNumber(int Value);

[Binding]
public class MatchingSteps(List<string> log)
{
    [Given("I bind/unbind {int} port(s)")]
    public void Bind(int count) => log.Add($"Bind({count})");

    [Given("switch {string} is named")]
    public void Name(string name) => log.Add($"Name({name})");

    [Given("latency is {float} second(s)")]
    public void Latency(double seconds) => log.Add(string.Create(CultureInfo.InvariantCulture, $"Latency({seconds})"));

    [Given("word {word} and {}")]
    public void Words(string first, string rest) => log.Add($"Words({first}|{rest})");

    [StepArgumentTransformation(@"\d+", Name = "network")]
    public static NetworkNumber ToNetwork(int number) => new(number);

    [StepArgumentTransformation(@"\d+\.\d+\.\d+\.\d+", Name = "address")]
    public static IPAddress ToAddress(string text) => IPAddress.Parse(text);

    [Given("network {network} at {address}")]
    public void Network(NetworkNumber network, IPAddress address) => log.Add($"Network(#{network.Value}|{address})");

    [Given(@"it \(really) costs 1\/2")]
    public void Escaped() => log.Add("Escaped()");

    [Given(@"^port eth(\d+) is (up|down)$")]
    public void Port(int number, string state) => log.Add($"Port({number}|{state})");

    [Given("colour {word}")]
    public void Paint(Colour colour) => log.Add($"Colour({colour})");

    [Given("ports:")]
    public Task Ports(DataTable table)
    {
        log.Add(string.Join(",", table.Rows.Select(r => $"{r["name"]}={r[1]}")));
        return Task.CompletedTask;
    }

    [Given("{int} lines:")]
    public ValueTask Lines(int count, string text)
    {
        log.Add($"{count}:{text.ReplaceLineEndings("\n")}");
        return ValueTask.CompletedTask;
    }

    [Given("twice")]
    public void TwiceA() => log.Add("A");

    [Given("twi(.*)")]
    public void TwiceB(string rest) => log.Add("B" + rest);

    [Given("scoped")]
    public void General() => log.Add("general");

    [Given("scoped")]
    [Scope(Tag = "special")]
    public void Special() => log.Add("special");
}
