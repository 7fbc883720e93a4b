using System.Globalization;
using VtepLab.Results;

namespace VtepLab.Gherkin;

/// <summary>One run of one scenario: its objects, its clock and what has happened so far.</summary>
internal sealed class ScenarioRun : IReqnrollOutputHelper
{
    private readonly BindingRegistry registry;
    private readonly Pickle pickle;
    private readonly TimeProvider time;
    private readonly Action<ExecutionEvent>? listener;
    private readonly ScenarioContext context;
    private readonly long start;
    private readonly List<ScenarioStep> done = [];
    private readonly List<string> output = [];
    private readonly List<string> attachments = [];
    private ScenarioStatus worst = ScenarioStatus.Passed;

    public ScenarioRun(BindingRegistry registry, Pickle pickle, TimeProvider time, Action<ExecutionEvent>? listener)
    {
        this.registry = registry;
        this.pickle = pickle;
        this.time = time;
        this.listener = listener;
        start = time.GetTimestamp();
        context = new ScenarioContext(new ScenarioInfo(pickle.Name, [.. pickle.Tags.Select(t => t.TrimStart('@'))]), Container);
        Container.RegisterInstanceAs(context);
        Container.RegisterInstanceAs(context.ScenarioInfo);
        Container.RegisterInstanceAs(new FeatureContext(new FeatureInfo(pickle.Feature)));
        Container.RegisterInstanceAs<IReqnrollOutputHelper>(this);
        Container.RegisterInstanceAs(Container);
    }

    public ObjectContainer Container { get; } = new();

    private TimeSpan Now => time.GetElapsedTime(start);

    public async Task<ScenarioResult> RunAsync()
    {
        listener?.Invoke(new ScenarioStarted(pickle, Now));
        foreach (var hook in registry.Before(pickle))
        {
            if (worst == ScenarioStatus.Passed)
            {
                await RunHookAsync("Before", hook);
            }
        }

        if (pickle.Steps.IsEmpty)
        {
            Finish(new PickleStep("*", StepKind.Given, "", pickle.Line, null, null), Now, ScenarioStatus.Undefined, "the scenario has no steps");
        }

        foreach (var step in pickle.Steps)
        {
            await RunStepAsync(step);
        }

        // Whoever made something removes it, also when a step or another hook has failed.
        foreach (var hook in registry.After(pickle))
        {
            await RunHookAsync("After", hook);
        }

        await GuardAsync("After", "disposing the scenario's objects", () => Container.DisposeAsync().AsTask());
        var result = new ScenarioResult(pickle.Uri, pickle.Line, pickle.Feature, pickle.Name, pickle.Tags, worst, Now, [.. done]);
        listener?.Invoke(new ScenarioFinished(pickle, Now, result));
        return result;
    }

    void IReqnrollOutputHelper.WriteLine(string message) => output.Add(message);

    void IReqnrollOutputHelper.WriteLine(string format, params object[] args) =>
        output.Add(string.Format(CultureInfo.InvariantCulture, format, args));

    void IReqnrollOutputHelper.AddAttachment(string filePath) => attachments.Add(filePath);

    private async Task RunStepAsync(PickleStep step)
    {
        var began = Now;
        var match = StepMatcher.Find(registry, pickle, step);
        if (match.Binding is null)
        {
            // Looked for also after a failure, so one run names every step that is missing.
            Finish(step, began, match.IsAmbiguous ? ScenarioStatus.Ambiguous : ScenarioStatus.Undefined, match.Problem);
            return;
        }

        if (worst != ScenarioStatus.Passed)
        {
            Finish(step, began, ScenarioStatus.Skipped, "");
            return;
        }

        listener?.Invoke(new StepStarted(pickle, began, step));
        try
        {
            var arguments = await new ArgumentConverter(registry, Container).ConvertAsync(match, step);
            await MethodCaller.CallAsync(match.Binding.Method, Container, arguments);
            Finish(step, began, ScenarioStatus.Passed, "");
        }
        catch (PendingStepException pending)
        {
            Finish(step, began, ScenarioStatus.Pending, pending.Message);
        }
#pragma warning disable CA1031 // Whatever a step throws is the scenario's result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            context.TestError ??= error;
            Finish(step, began, ScenarioStatus.Failed, error.Message.Trim(), Trace(error));
        }
    }

    private Task RunHookAsync(string keyword, HookBinding hook) =>
        GuardAsync(keyword, MethodNames.Display(hook.Method), () => MethodCaller.CallAsync(hook.Method, Container, []));

    private async Task GuardAsync(string keyword, string what, Func<Task> work)
    {
        var began = Now;
        try
        {
            await work();
        }
#pragma warning disable CA1031 // Whatever a hook throws is the scenario's result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            context.TestError ??= error;
            Finish(new PickleStep(keyword, StepKind.Given, what, 0, null, null), began, ScenarioStatus.Failed, error.Message.Trim(), Trace(error));
        }
    }

    private void Finish(PickleStep step, TimeSpan began, ScenarioStatus status, string message, string trace = "")
    {
        var result = new ScenarioStep(
            step.Keyword, step.Text, step.Line, status, began, Now - began, message, [.. output], [.. attachments], trace);
        output.Clear();
        attachments.Clear();
        done.Add(result);
        worst = status > worst ? status : worst;
        listener?.Invoke(new StepFinished(pickle, Now, result));
    }

    private static string Trace(Exception error) => error is BindingException ? "" : $"{error.GetType().Name}\n{error.StackTrace}";
}
