using VtepLab.Packets;

namespace VtepLab.Emulators.Tests.ComputeNode;

/// <summary>Two compute nodes and a network node in virtual time, with tunnels to all (no l2population).</summary>
public class OverlayTests
{
    [Test]
    public void Two_VMs_of_one_network_reach_each_other_through_VXLAN()
    {
        var (cloud, vm1, _) = TwoNodes();

        Assert.That(cloud.Ping(vm1, "198.51.100.2").IsAnswered);
        Assert.That(cloud.Vxlan().Select(f => f.Vni).Distinct(), Is.EqualTo(new[] { Cloud.Blue }));
    }

    [Test]
    public void No_tag_is_inside_the_tunnel_and_each_node_has_a_local_VLAN_of_its_own()
    {
        var cloud = new Cloud();
        var (a, b) = (cloud.AddNode("kvm-a", "192.0.2.1"), cloud.AddNode("kvm-b", "192.0.2.2"));
        cloud.SyncTunnels();
        cloud.AddVm("other", b, "red", Cloud.Red, "203.0.113.9"); // Takes VLAN 1 of kvm-b.
        var vm1 = cloud.AddVm("vm1", a, "blue", Cloud.Blue, "198.51.100.1");
        cloud.AddVm("vm2", b, "blue", Cloud.Blue, "198.51.100.2");

        Assert.That(cloud.Ping(vm1, "198.51.100.2").IsAnswered);

        Assert.That((a.VlanOf("blue"), b.VlanOf("blue")), Is.EqualTo(((int?)1, (int?)2)));
        Assert.That(cloud.Vxlan().Select(f => TagsOf(f.Inner)), Is.Not.Empty.And.All.Zero);
    }

    [Test]
    public void Once_learnt_traffic_goes_to_one_VTEP_only()
    {
        var (cloud, vm1, _) = TwoNodes();
        cloud.Ping(vm1, "198.51.100.2");
        cloud.Underlay.Clear();

        cloud.Ping(vm1, "198.51.100.2");

        Assert.That(
            cloud.Vxlan().Select(f => (f.From, f.To.ToString())),
            Is.EqualTo(new[] { ("kvm-a", "192.0.2.2"), ("kvm-b", "192.0.2.1") }));
    }

    [Test]
    public void What_was_learnt_is_forgotten_after_300_seconds_and_flooded_again()
    {
        var (cloud, vm1, _) = TwoNodes();
        cloud.Ping(vm1, "198.51.100.2");
        cloud.World.RunFor(TimeSpan.FromSeconds(301));
        cloud.Underlay.Clear();

        cloud.Ping(vm1, "198.51.100.2");

        Assert.That(cloud.Vxlan().Where(f => f.From == "kvm-a").Select(f => f.To.ToString()), Is.EqualTo(new[] { "192.0.2.2", "192.0.2.3" }));
    }

    [Test]
    public void Two_networks_never_see_each_others_frames()
    {
        var cloud = new Cloud();
        var (a, b) = (cloud.AddNode("kvm-a", "192.0.2.1"), cloud.AddNode("kvm-b", "192.0.2.2"));
        cloud.SyncTunnels();
        var vm1 = cloud.AddVm("vm1", a, "blue", Cloud.Blue, "198.51.100.1");
        var vm2 = cloud.AddVm("vm2", b, "blue", Cloud.Blue, "198.51.100.2");
        var redHere = cloud.AddVm("red1", a, "red", Cloud.Red, "198.51.100.2"); // The same addresses, in the other network.
        var redThere = cloud.AddVm("red2", b, "red", Cloud.Red, "198.51.100.3");

        vm1.Announce();
        Assert.That(cloud.Ping(vm1, "198.51.100.2").IsAnswered);
        Assert.That(cloud.Ping(vm1, "198.51.100.3").IsAnswered, Is.False);

        Assert.That(redHere.Frames.Concat(redThere.Frames), Is.Empty);
        Assert.That(vm2.Frames, Is.Not.Empty);
    }

    [Test]
    public void Traffic_between_networks_goes_by_the_router_of_the_network_node()
    {
        var cloud = new Cloud();
        var (a, b) = (cloud.AddNode("kvm-a", "192.0.2.1"), cloud.AddNode("kvm-b", "192.0.2.2"));
        var net = cloud.AddNetworkNode("net-1", "192.0.2.3");
        cloud.SyncTunnels();
        var router = net.AddRouter("r1");
        net.AddInterface(router, "blue", Cloud.Blue, MacAddress.Parse("02:1a:c6:33:64:fe"), IpAddress.Parse("198.51.100.254"));
        net.AddInterface(router, "red", Cloud.Red, MacAddress.Parse("02:1a:cb:00:71:fe"), IpAddress.Parse("203.0.113.254"));
        var blue = cloud.AddVm("vm1", a, "blue", Cloud.Blue, "198.51.100.1", gateway: "198.51.100.254");
        cloud.AddVm("vm2", b, "red", Cloud.Red, "203.0.113.2", gateway: "203.0.113.254");

        var ping = cloud.Ping(blue, "203.0.113.2");

        Assert.That((ping.IsAnswered, ping.TimeToLive), Is.EqualTo((true, 63)));
        Assert.That(
            cloud.Vxlan().Where(f => f.From == "kvm-a").Select(f => f.Vni).Distinct().Concat(
            cloud.Vxlan().Where(f => f.From == "kvm-b").Select(f => f.Vni).Distinct()),
            Is.EqualTo(new[] { Cloud.Blue, Cloud.Red }));
        Assert.That(router.Forwarded, Is.EqualTo(2));
    }

    [Test]
    public void The_router_answers_for_itself_and_says_when_a_host_is_not_there()
    {
        var cloud = new Cloud();
        var a = cloud.AddNode("kvm-a", "192.0.2.1");
        var net = cloud.AddNetworkNode("net-1", "192.0.2.3");
        cloud.SyncTunnels();
        var router = net.AddRouter("r1");
        net.AddInterface(router, "blue", Cloud.Blue, MacAddress.Parse("02:1a:c6:33:64:fe"), IpAddress.Parse("198.51.100.254"));
        net.AddInterface(router, "red", Cloud.Red, MacAddress.Parse("02:1a:cb:00:71:fe"), IpAddress.Parse("203.0.113.254"));
        var vm = cloud.AddVm("vm1", a, "blue", Cloud.Blue, "198.51.100.1", gateway: "198.51.100.254");

        Assert.That(cloud.Ping(vm, "203.0.113.254").IsAnswered);
        vm.Forget();
        Assert.That(cloud.Ping(vm, "203.0.113.77").IsAnswered, Is.False);
        cloud.World.RunFor(TimeSpan.FromSeconds(5));

        // ICMP type 3 code 1, host unreachable (RFC 792), behind Ethernet and IPv4 headers of 34 bytes.
        Assert.That(vm.Frames.Any(f => f.Length > 36 && f[23] == 1 && f[34] == 3 && f[35] == 1));
    }

    [Test]
    public void A_VM_that_moves_is_found_again_by_its_first_frame()
    {
        var cloud = new Cloud();
        var (a, b, c) = (cloud.AddNode("kvm-a", "192.0.2.1"), cloud.AddNode("kvm-b", "192.0.2.2"), cloud.AddNode("kvm-c", "192.0.2.3"));
        cloud.SyncTunnels();
        var vm1 = cloud.AddVm("vm1", a, "blue", Cloud.Blue, "198.51.100.1");
        var before = cloud.AddVm("vm2", b, "blue", Cloud.Blue, "198.51.100.2");
        Assert.That(cloud.Ping(vm1, "198.51.100.2").IsAnswered);

        b.DetachPort("vm2");
        before.Dispose();
        var after = cloud.AddVm("vm2-moved", c, "blue", Cloud.Blue, "198.51.100.2");
        Assert.That(cloud.Ping(vm1, "198.51.100.2").IsAnswered, Is.False, "nothing has told kvm-a yet");
        after.AnnounceMove();
        cloud.World.RunFor(TimeSpan.FromMilliseconds(10));
        cloud.Underlay.Clear();

        Assert.That(cloud.Ping(vm1, "198.51.100.2").IsAnswered);
        Assert.That(cloud.Vxlan().Where(f => f.From == "kvm-a").Select(f => f.To.ToString()).Distinct(), Is.EqualTo(new[] { "192.0.2.3" }));
    }

    [Test]
    public void Frames_from_a_VTEP_nobody_told_of_and_of_a_VNI_without_a_port_are_dropped()
    {
        var cloud = new Cloud();
        var (a, b) = (cloud.AddNode("kvm-a", "192.0.2.1"), cloud.AddNode("kvm-b", "192.0.2.2"));
        b.UpdateTunnel(a.TunnelIp); // kvm-a knows no VTEP.
        var vm1 = cloud.AddVm("vm1", a, "blue", Cloud.Blue, "198.51.100.1");
        var vm2 = cloud.AddVm("vm2", b, "blue", Cloud.Blue, "198.51.100.2");

        vm2.Announce();
        cloud.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.That((vm1.Frames.Count, a.Switch.UnknownTunnelFrames), Is.EqualTo((0, 1)));

        a.UpdateTunnel(b.TunnelIp);
        a.DetachPort("vm1");
        vm2.Announce();
        cloud.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.That((a.Switch.UnknownTunnelFrames, a.Tunnels.Flows.List("table=4").Single().PacketCount), Is.EqualTo((1, 1)));
    }

    [Test]
    public void The_same_seed_gives_the_same_run()
    {
        ulong Digest(ulong seed)
        {
            var (cloud, vm1, _) = TwoNodes(seed);
            cloud.Ping(vm1, "198.51.100.2");
            return cloud.World.Digest;
        }

        var (first, second) = (Digest(3), Digest(3));

        Assert.That(second, Is.EqualTo(first));
    }

    private static (Cloud Cloud, VtepLab.Emulators.Endpoints.Endpoint Vm1, VtepLab.Emulators.Endpoints.Endpoint Vm2) TwoNodes(ulong seed = 7)
    {
        var cloud = new Cloud(seed);
        var (a, b) = (cloud.AddNode("kvm-a", "192.0.2.1"), cloud.AddNode("kvm-b", "192.0.2.2"));
        cloud.AddNode("kvm-c", "192.0.2.3");
        cloud.SyncTunnels();
        return (cloud, cloud.AddVm("vm1", a, "blue", Cloud.Blue, "198.51.100.1"), cloud.AddVm("vm2", b, "blue", Cloud.Blue, "198.51.100.2"));
    }

    private static int TagsOf(byte[] inner) => EthernetFrame.TryRead(inner, out var frame) ? frame.TagCount : -1;
}
