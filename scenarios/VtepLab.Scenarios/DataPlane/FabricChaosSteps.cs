using System.Text;
using VtepLab.Packets;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Scenarios.DataPlane;

/// <summary>A fabric in use while machines and cables break.</summary>
[Binding]
public sealed class FabricChaosSteps(FabricWorld world, ScenarioFaults faults)
{
    private const ushort Port = 9001;

    [When("for {seconds} everybody talks, VMs migrate between {names}, and {names} and every cable may break in any way")]
    public async Task Churn(TimeSpan time, string[] hypervisors, string[] hosts)
    {
        var (lab, fabric, entropy) = (world.Lab, world.Fabric, world.Lab.Driver.Entropy);
        var now = lab.World.Now;
        var nemesis = faults.Release(lab.World, new NemesisOptions
        {
            Targets = new FaultTargets { Hosts = hosts, Network = [.. hosts, lab.Driver.Name], Links = [.. fabric.Uplinks.Values.Select(l => l.Name)] },
            From = now,
            Until = now + time,
            QuietMost = TimeSpan.FromSeconds(15),
        });
        var everybody = fabric.Endpoints.Values.ToList();
        var vms = everybody.Where(e => fabric.Hypervisors.ContainsKey(e.Machine.Device)).ToList();
        for (var i = 0; lab.World.Now < now + time; i++)
        {
            var (from, to) = (everybody[entropy.Next("churn", 0, everybody.Count)], everybody[entropy.Next("churn", 0, everybody.Count)]);
            var text = Encoding.ASCII.GetBytes($"{i}: {from.Name} to {to.Name}");
            from.Do(e => e.SendUdp(to.Options.Address, Port, text));
            if (entropy.NextDouble("churn") < 0.05)
            {
                fabric.Migrate(vms[entropy.Next("churn", 0, vms.Count)], hypervisors[entropy.Next("churn", 0, hypervisors.Length)]);
            }

            if (entropy.NextDouble("churn") < 0.1)
            {
                from.Do(e => e.SendFrame(MacAddress.Broadcast, e.Options.Mac, EtherTypes.IPv4, Frames.Udp(e.Options.Address, IpAddress.Parse("255.255.255.255"), Port, Port, text)));
            }

            await lab.Driver.DelayAsync(TimeSpan.FromMilliseconds(250), lab.Driver.Stopping);
        }

        nemesis.Stop();
        foreach (var host in lab.World.Hosts.Values.Where(h => hosts.Contains(h.Name) && !h.IsUp))
        {
            host.Restart();
        }
    }
}
