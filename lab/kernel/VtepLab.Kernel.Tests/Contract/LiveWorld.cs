using VtepLab.Hosting;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>One live host that plays both parts over the loopback interface.</summary>
public sealed class LiveWorld : IContractWorld
{
    public string ServerAddress => "127.0.0.1";

    public string ServerAddress6 => "::1";

    public void Run(Func<IHost, IHost, Task> body)
    {
        var store = Directory.CreateTempSubdirectory("vteplab-store-");
        try
        {
            LiveHost.RunAsync("live", new LiveHostOptions { StoreDirectory = store.FullName }, host => body(host, host))
                .WaitAsync(TimeSpan.FromMinutes(2)).GetAwaiter().GetResult();
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }
}
