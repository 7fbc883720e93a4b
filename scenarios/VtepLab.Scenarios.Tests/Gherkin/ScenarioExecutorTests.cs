using VtepLab.Gherkin;
using VtepLab.Results;

namespace VtepLab.Scenarios.Tests.Gherkin;

public class ScenarioExecutorTests
{
    [Test]
    public async Task Hooks_run_around_the_steps_in_their_order_and_by_their_tags()
    {
        var (result, log) = await RunAsync("@net", "Given one", "Then two");

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Passed));
        Assert.That(log.Lines, Is.EqualTo(new[]
        {
            "before 1", "before net", "one 1", "two 1 shared", "after S null", "disposed helper",
        }));
    }

    [Test]
    public async Task After_a_failure_the_other_steps_are_skipped_and_the_hooks_still_run()
    {
        var (result, log) = await RunAsync("", "Given one", "When it breaks", "Then two", "And unknown");

        Assert.That(
            result.Steps.Select(s => s.Status),
            Is.EqualTo(new[] { ScenarioStatus.Passed, ScenarioStatus.Failed, ScenarioStatus.Skipped, ScenarioStatus.Undefined }));
        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Failed));
        Assert.That(result.Steps[1].Message, Is.EqualTo("port eth9 is missing"));
        Assert.That(result.Steps[1].Trace, Does.StartWith("InvalidOperationException\n"));
        Assert.That(log.Lines, Is.EqualTo(new[] { "before 1", "one 1", "after S port eth9 is missing", "disposed helper" }));
    }

    [Test]
    public async Task A_pending_step_makes_the_scenario_pending()
    {
        Assert.That((await RunAsync("", "Given later")).Result.Status, Is.EqualTo(ScenarioStatus.Pending));
    }

    [Test]
    public async Task A_scenario_without_steps_does_not_pass()
    {
        Assert.That((await RunAsync("")).Result.Status, Is.EqualTo(ScenarioStatus.Undefined));
    }

    [Test]
    public async Task A_hook_that_fails_is_a_step_of_the_result()
    {
        var (result, _) = await RunAsync("@badhook", "Given one");

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Failed));
        Assert.That(
            result.Steps.Select(s => (s.Keyword, s.Text, s.Status)),
            Is.EqualTo(new[]
            {
                ("Before", "FlowSteps.BadHook()", ScenarioStatus.Failed),
                ("Given", "one", ScenarioStatus.Skipped),
            }));
    }

    [Test]
    public async Task What_a_step_writes_belongs_to_the_step()
    {
        var (result, _) = await RunAsync("", "Given one", "When it talks", "Then two");

        Assert.That(result.Steps[1].Output, Is.EqualTo(new[] { "hello 5" }));
        Assert.That(result.Steps[1].Attachments, Is.EqualTo(new[] { "capture.pcapng" }));
        Assert.That(result.Steps[2].Output, Is.Empty);
    }

    [Test]
    public async Task Every_event_reaches_the_listener_in_order()
    {
        var events = new List<string>();
        await RunAsync("", e => events.Add(e.GetType().Name), "Given one", "When unknown");

        Assert.That(events, Is.EqualTo(new[]
        {
            nameof(ScenarioStarted), nameof(StepStarted), nameof(StepFinished), nameof(StepFinished), nameof(ScenarioFinished),
        }));
    }

    [Test]
    public async Task A_class_that_nobody_can_make_is_named_with_who_asked_for_it()
    {
        var (result, _) = await RunAsync("", "Given orphan");

        Assert.That(result.Steps[0].Message, Is.EqualTo(
            "OrphanSteps -> IFormatProvider: nothing was registered as IFormatProvider, and it cannot be made"));
    }

    [Test]
    public void Check_names_every_step_without_a_definition_once()
    {
        var file = FeatureReader.Read("f", "Feature: F\n  Background:\n    Given gap\n  Scenario: A\n    Given one\n  Scenario: B\n    Given one\n");

        var problems = ScenarioExecutor.Check(new BindingRegistry(typeof(FlowSteps)), file.Pickles);

        Assert.That(problems, Has.Length.EqualTo(1));
        Assert.That(problems[0], Does.StartWith("f:3: no step definition matches 'Given gap'"));
    }

    private static Task<(ScenarioResult Result, FlowLog Log)> RunAsync(string tags, params string[] steps) => RunAsync(tags, null, steps);

    private static async Task<(ScenarioResult Result, FlowLog Log)> RunAsync(string tags, Action<ExecutionEvent>? listener, params string[] steps)
    {
        var text = $"Feature: F\n  {tags}\n  Scenario: S\n{string.Concat(steps.Select(s => $"    {s}\n"))}";
        var pickle = FeatureReader.Read("flow.feature", text).Pickles.Single();
        var log = new FlowLog([]);
        var executor = new ScenarioExecutor(
            new BindingRegistry(typeof(FlowSteps), typeof(MoreFlowSteps), typeof(OrphanSteps)), TimeProvider.System, listener);
        return (await executor.RunAsync(pickle, c => c.RegisterInstanceAs(log)), log);
    }
}

public sealed record FlowLog(List<string> Lines);

public sealed class FlowHelper(FlowLog log) : IAsyncDisposable
{
    public string Said { get; set; } = "";

    public ValueTask DisposeAsync()
    {
        log.Lines.Add("disposed helper");
        return ValueTask.CompletedTask;
    }
}

[Binding]
public class FlowSteps(FlowLog log, IReqnrollOutputHelper output)
{
    private int count;

    [BeforeScenario(Order = 1)]
    public void First() => log.Lines.Add($"before {++count}");

    [BeforeScenario("net", "other")]
    public async Task Tagged()
    {
        await Task.CompletedTask;
        log.Lines.Add("before net");
    }

    [BeforeScenario("badhook", Order = 0)]
    public static void BadHook() => throw new InvalidOperationException("hook");

    [Given("one")]
    public void One() => log.Lines.Add($"one {count}");

    [When("it breaks")]
    public static Task Break() => throw new InvalidOperationException("port eth9 is missing");

    [When("it talks")]
    public void Talk()
    {
        output.WriteLine("hello {0}", 5);
        output.AddAttachment("capture.pcapng");
    }

    [Given("later")]
    public static void Later() => throw new PendingStepException();
}

[Binding]
public class MoreFlowSteps(FlowLog log, FlowHelper helper, FlowSteps other, ScenarioContext context)
{
    [Then("two")]
    public void Two()
    {
        helper.Said = "shared";
        log.Lines.Add($"two {(other is not null ? 1 : 0)} {helper.Said}");
    }

    [AfterScenario(Order = 20000)]
    public void Tell() => log.Lines.Add($"after {context.ScenarioInfo.Title} {context.TestError?.Message ?? "null"}");
}

[Binding]
public class OrphanSteps(IFormatProvider provider)
{
    [Given("orphan")]
    public string Orphan() => provider.ToString()!;
}
