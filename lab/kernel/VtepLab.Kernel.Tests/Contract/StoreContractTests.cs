using System.Text;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>What an agent may rely on from its store, in either world.</summary>
[TestFixture(typeof(VirtualWorld))]
[TestFixture(typeof(LiveWorld))]
public class StoreContractTests<TWorld>
    where TWorld : IContractWorld, new()
{
    private readonly TWorld _world = new();

    [Test]
    public void A_file_that_was_never_written_is_absent() => WithStore(async store =>
        Assert.That(await store.ReadAsync("absent"), Is.Null));

    [Test]
    public void What_was_replaced_is_read_back_whole() => WithStore(async store =>
    {
        await store.ReplaceAsync("state", "a longer first version"u8.ToArray());
        await store.ReplaceAsync("state", "second"u8.ToArray());

        Assert.That(await TextAsync(store, "state"), Is.EqualTo("second"));
    });

    [Test]
    public void Appends_follow_each_other() => WithStore(async store =>
    {
        await store.AppendAsync("log", "one,"u8.ToArray());
        await store.AppendAsync("log", "two"u8.ToArray());
        await store.FlushAsync("log");

        Assert.That(await TextAsync(store, "log"), Is.EqualTo("one,two"));
    });

    [Test]
    public void A_file_is_cut_to_a_length_and_can_grow_again() => WithStore(async store =>
    {
        await store.ReplaceAsync("log", "0123456789"u8.ToArray());
        await store.TruncateAsync("log", 4);
        await store.AppendAsync("log", "x"u8.ToArray());

        Assert.That(await TextAsync(store, "log"), Is.EqualTo("0123x"));
    });

    [Test]
    public void Cutting_beyond_the_end_is_refused() => WithStore(async store =>
    {
        await store.ReplaceAsync("log", "0123"u8.ToArray());

        await Caught.ByAsync<ArgumentOutOfRangeException>(async () => await store.TruncateAsync("log", 5));
    });

    [Test]
    public void Cutting_a_file_that_is_not_there_is_refused() => WithStore(async store =>
        await Caught.ByAsync<FileNotFoundException>(async () => await store.TruncateAsync("absent", 0)));

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a/b")]
    [TestCase("../etc")]
    public void A_name_that_is_not_one_segment_is_refused(string name) => WithStore(async store =>
        await Caught.ByAsync<ArgumentException>(async () => await store.ReadAsync(name)));

    [Test]
    public void The_caller_may_reuse_its_buffer_at_once() => WithStore(async store =>
    {
        var buffer = "first"u8.ToArray();
        await store.AppendAsync("log", buffer);
        buffer.AsSpan().Fill((byte)'x');

        Assert.That(await TextAsync(store, "log"), Is.EqualTo("first"));
    });

    private static async Task<string> TextAsync(IStore store, string name) => Encoding.ASCII.GetString((await store.ReadAsync(name))!);

    private void WithStore(Func<IStore, Task> body) => _world.Run((host, _) => body(host.Store));
}
