using System.Text;
using VtepLab.Hosting;
using VtepLab.Kernel.Tests.Exploration;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Fleet;

/// <summary>This assembly as a program: a worker that the fleet's tests start and kill.</summary>
public static class WorkerProgram
{
    /// <summary>Runs seeds as any worker: the job is the name of the agent's mistake.</summary>
    public static byte[] Work(ReadOnlyMemory<byte> job, FleetRange range, CancellationToken cancel) =>
        OutcomeJson.Write(Explorer.Explore(
            WrongAgents.Experiment(Enum.Parse<Wrong>(Encoding.UTF8.GetString(job.Span))), range.First, range.Count, workers: 1, cancel: cancel));

    /// <summary>The argument that makes it print the golden runs.</summary>
    public const string Golden = "golden";

    /// <summary><c>golden</c>, or <c>BROKER QUEUE HOW</c>; how is <c>works</c>, <c>hangs</c> (in the middle of its first range) or <c>dies</c> (between result and ack).</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [Golden])
        {
            foreach (var line in GoldenRunTests.Run())
            {
                Console.WriteLine(line);
            }

            return 0;
        }

        var (broker, queue, how) = (arguments[0], arguments[1], arguments[2]);
        var worker = new FleetWorker(new FleetOptions(new Uri(broker), queue), (job, range, cancel) =>
        {
            if (how == "hangs")
            {
                Console.WriteLine($"holds {range}");
                Thread.Sleep(Timeout.Infinite); // Until the test kills this process.
            }

            return Work(job, range, cancel);
        })
        {
            Reported = range =>
            {
                Console.WriteLine($"reported {range}");
                if (how == "dies")
                {
                    Environment.Exit(7);
                }
            },
            Say = Console.WriteLine,
        };
        await worker.RunAsync(CancellationToken.None);
        return 0;
    }
}
