using VtepLab.L2Gateway.Agent;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway;

public class RequestQueueTests
{
    [Test]
    public void The_next_requests_begin_while_others_are_under_way_if_they_are_about_other_addresses() => Run(mayOverlap: true, async stage =>
    {
        stage.Add("a");
        stage.Add("b");
        stage.Add("A", "c"); // One address in either case.
        stage.Add("d");
        Assert.That(stage.Begun, Is.EqualTo(new[] { "a", "b" }), "two at most");

        await stage.EndAsync("b");
        Assert.That(stage.Begun, Is.EqualTo(new[] { "a", "b" }), "a is still under way, and what waits keeps its order");

        await stage.EndAsync("a");
        Assert.That(stage.Begun, Is.EqualTo(new[] { "a", "b", "A c d" }), "what waited goes together");
    });

    [Test]
    public void What_goes_alone_waits_for_all_before_it_and_all_after_it_wait_for_it() => Run(mayOverlap: true, async stage =>
    {
        stage.Add("a");
        stage.Add("b");
        stage.AddAlone("alone");
        stage.Add("c");

        await stage.EndAsync("a");
        Assert.That(stage.Begun, Is.EqualTo(new[] { "a", "b" }));
        await stage.EndAsync("b");
        Assert.That(stage.Begun, Is.EqualTo(new[] { "a", "b", "alone" }));
        await stage.EndAsync("alone");
        Assert.That(stage.Begun, Is.EqualTo(new[] { "a", "b", "alone", "c" }));
    });

    [Test]
    public void Where_they_may_not_overlap_one_waits_for_the_other() => Run(mayOverlap: false, async stage =>
    {
        stage.Add("a");
        stage.Add("b");
        Assert.That(stage.Begun, Is.EqualTo(new[] { "a" }));

        await stage.EndAsync("a");
        Assert.That(stage.Begun, Is.EqualTo(new[] { "a", "b" }));
    });

    [Test]
    public void It_is_calm_again_when_no_more_than_a_few_addresses_are_left() => Run(mayOverlap: true, async stage =>
    {
        Assert.That(stage.Queue.Calm.IsCompleted);
        stage.Add([.. Enumerable.Range(0, 600).Select(n => $"m{n}")]);
        var calm = stage.Queue.Calm;
        Assert.That(calm.IsCompleted, Is.False);

        await stage.EndAsync(stage.Begun[0]);
        Assert.That(calm.IsCompleted && stage.Queue.Calm.IsCompleted);
    });

    private static void Run(bool mayOverlap, Func<Stage, Task> test) => SimulatedLab.Run(seed: 1, async lab =>
    {
        await test(new Stage(lab, mayOverlap));
        return true;
    });

    private sealed class Stage
    {
        private readonly SimulatedLab _lab;
        private readonly Dictionary<string, TaskCompletionSource> _underWay = [];

        public Stage(SimulatedLab lab, bool mayOverlap)
        {
            _lab = lab;
            Queue = new RequestQueue(
                lab.Driver, "leaf1", TimeSpan.FromSeconds(10), (requests, _, _) => Begin(string.Join(' ', requests.SelectMany(r => r.Macs))), () => mayOverlap);
        }

        public RequestQueue Queue { get; }

        public List<string> Begun { get; } = [];

        public void Add(params string[] macs) => _ = Queue.AddAsync(new MacRequest("put", null, null, [], macs, (_, _) => { }), default);

        public void AddAlone(string name) => _ = Queue.AddAsync((_, _) => Begin(name), default);

        public async Task EndAsync(string name)
        {
            _underWay[name].SetResult();
            await _lab.Driver.DelayAsync(TimeSpan.FromMilliseconds(1));
        }

        private Task Begin(string name)
        {
            Begun.Add(name);
            return (_underWay[name] = new TaskCompletionSource()).Task;
        }
    }
}
