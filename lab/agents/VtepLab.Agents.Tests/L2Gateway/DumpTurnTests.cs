using VtepLab.L2Gateway.Agent;

namespace VtepLab.Agents.Tests.L2Gateway;

public class DumpTurnTests
{
    [Test]
    public void One_at_a_time_has_the_turn_in_the_order_of_asking()
    {
        var turns = new DumpTurn();
        var (first, second, third) = (turns.TakeAsync(default), turns.TakeAsync(default), turns.TakeAsync(default));
        Assert.That((first.IsCompleted, second.IsCompleted, third.IsCompleted), Is.EqualTo((true, false, false)));

        first.Result.Dispose();
        first.Result.Dispose(); // Ends it once.

        Assert.That((second.IsCompletedSuccessfully, third.IsCompleted), Is.EqualTo((true, false)));
        second.Result.Dispose();
        third.Result.Dispose();
        Assert.That(turns.TakeAsync(default).IsCompletedSuccessfully, "whoever comes when nobody has it gets it at once");
    }

    [Test]
    public void Who_gives_up_waiting_is_passed_over()
    {
        var turns = new DumpTurn();
        using var cancel = new CancellationTokenSource();
        var (first, second, third) = (turns.TakeAsync(default), turns.TakeAsync(cancel.Token), turns.TakeAsync(default));

        cancel.Cancel();
        first.Result.Dispose();

        Assert.That((second.IsCanceled, third.IsCompletedSuccessfully), Is.EqualTo((true, true)));
    }
}
