using VtepLab.L2Gateway.Agent;
using VtepLab.Runtime;

namespace VtepLab.Agents.Tests.L2Gateway;

public class AgentConfigurationTests
{
    private const string Genuine = """
        [DEFAULT]
        debug = False

        [ovsdb]
        # (StrOpt) OVSDB server tuples in the format
        # <ovsdb_name>:<ip address>:<port>[,<ovsdb_name>:<ip address>:<port>]
        # Example: ovsdb_hosts = 'ovsdb1:16.95.16.1:6632,ovsdb2:16.95.16.2:6632'
        ovsdb_hosts = 'tor-a:192.0.2.11:6632, tor-b:192.0.2.12:6640'
        # periodic_interval = 20
        socket_timeout: 45

        [agent]
        report_interval = 2.5
        """;

    [Test]
    public void A_genuine_file_is_read()
    {
        var options = Read(Genuine).Options;

        Assert.That(options.Host, Is.EqualTo("node1"));
        Assert.That(options.OvsdbHosts, Is.EqualTo(new[]
        {
            new OvsdbHost("tor-a", new Endpoint(EndpointScheme.Tcp, "192.0.2.11", 6632)),
            new OvsdbHost("tor-b", new Endpoint(EndpointScheme.Tcp, "192.0.2.12", 6640)),
        }));
        Assert.That(options.SocketTimeout, Is.EqualTo(TimeSpan.FromSeconds(45)));
        Assert.That(options.ReportInterval, Is.EqualTo(TimeSpan.FromSeconds(2.5)));
        Assert.That(options.PeriodicInterval, Is.EqualTo(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public void Without_a_file_the_defaults_of_the_original_count()
    {
        var options = Read("").Options;

        Assert.That(options.OvsdbHosts.Single(), Is.EqualTo(new OvsdbHost("host1", Endpoint.Parse("tcp:127.0.0.1:6632"))));
        Assert.That(options.ReportInterval, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(options.ManagerListener, Is.Null);
        Assert.That(options.ControlExchange, Is.EqualTo("neutron"));
    }

    [Test]
    public void A_later_file_wins_and_the_origin_of_each_value_is_known()
    {
        var configuration = AgentConfiguration.Read(
            [("neutron.conf", "[DEFAULT]\nhost = a\ntransport_url = rabbit://guest@h/\n"), ("l2gateway_agent.ini", "[DEFAULT]\n\nhost = b\n")],
            "node1");

        Assert.That(configuration.Options.Host, Is.EqualTo("b"));
        Assert.That(configuration.Bus.TransportUrl, Is.EqualTo("rabbit://guest@h/"));
        Assert.That(
            configuration.Effective.Where(e => e.Key is "host" or "report_interval"),
            Is.EqualTo(new[]
            {
                new EffectiveOption("DEFAULT", "host", "b", "l2gateway_agent.ini:3"),
                new EffectiveOption("agent", "report_interval", "30", "default"),
            }));
    }

    [Test]
    public void All_three_paths_set_mean_TLS_with_files_named_by_the_switch()
    {
        var options = Read("""
            [DEFAULT]
            state_path = /var/lib/neutron
            [ovsdb]
            ovsdb_hosts = tor-a:192.0.2.11:6632
            l2_gw_agent_priv_key_base_path = $state_path/keys
            l2_gw_agent_cert_base_path = ${state_path}/certs/
            l2_gw_agent_ca_cert_base_path = /etc/ca$$
            """).Options;

        Assert.That(options.OvsdbHosts.Single(), Is.EqualTo(new OvsdbHost(
            "tor-a", Endpoint.Parse("ssl:192.0.2.11:6632"),
            new TlsIdentity("/var/lib/neutron/keys/tor-a.key", "/var/lib/neutron/certs/tor-a.cert", "/etc/ca$/tor-a.ca_cert"))));
    }

    [Test]
    public void Manager_mode_listens_and_connects_to_nobody()
    {
        var options = Read("[ovsdb]\nenable_manager = yes\nmanager_table_listening_port = 6699\n").Options;

        Assert.That(options.ManagerListener, Is.EqualTo(Endpoint.Parse("ptcp:6699")));
        Assert.That(options.OvsdbHosts, Is.Empty);
    }

    [Test]
    public void The_bus_is_reached_as_oslo_messaging_s_section_says_also_by_its_former_names()
    {
        var bus = Read("""
            [DEFAULT]
            transport_url = rabbit://u:p@h1:5671,u:p@h2:5671/cloud
            [oslo_messaging_rabbit]
            rabbit_use_ssl = True
            kombu_ssl_ca_certs = /etc/ca.pem
            ssl_cert_file = /etc/own.pem
            ssl_key_file = /etc/own.key
            ssl_enforce_hostname_verification = true
            amqp_durable_queues = yes
            rabbit_quorum_queue = on
            heartbeat_timeout_threshold = 20
            """).Bus;

        Assert.That(bus, Is.EqualTo(new BusConfiguration("rabbit://u:p@h1:5671,u:p@h2:5671/cloud")
        {
            UsesTls = true, CaFile = "/etc/ca.pem", CertificateFile = "/etc/own.pem", PrivateKeyFile = "/etc/own.key", ChecksHostName = true,
            HasDurableQueues = true, HasQuorumQueues = true, Heartbeat = TimeSpan.FromSeconds(20),
        }));
        Assert.That(Read("[DEFAULT]\ndebug = no\n").Bus, Is.EqualTo(new BusConfiguration((string?)null)), "oslo.messaging's defaults");
    }

    [Test]
    public void An_IPv6_address_stands_in_brackets() =>
        Assert.That(
            Read("[ovsdb]\novsdb_hosts = tor-a:[2001:db8::1]:6632\n").Options.OvsdbHosts.Single().Endpoint,
            Is.EqualTo(new Endpoint(EndpointScheme.Tcp, "2001:db8::1", 6632)));

    [TestCase("[ovsdb]\novsdb_hosts = tor-a:192.0.2.11\n", "f.ini:2: [ovsdb] ovsdb_hosts: expected name:address:port, found 'tor-a:192.0.2.11'")]
    [TestCase("[ovsdb]\novsdb_hosts = a:h:1,a:h:2\n", "f.ini:2: [ovsdb] ovsdb_hosts: the name 'a' stands there twice")]
    [TestCase("[ovsdb]\novsdb_hosts = a:2001:db8::1:1\n", "f.ini:2: [ovsdb] ovsdb_hosts: expected name:address:port, found 'a:2001:db8::1:1'")]
    [TestCase("[ovsdb]\novsdb_hosts = ,\n", "f.ini:2: [ovsdb] ovsdb_hosts: expected at least one name:address:port")]
    [TestCase("[ovsdb]\nmax_connection_retries = 20\n", "f.ini:2: [ovsdb] max_connection_retries: must be less than periodic_interval (20), found 20")]
    [TestCase("[agent]\nreport_interval = soon\n", "f.ini:2: [agent] report_interval: expected a number of seconds above 0 and up to 86400, found 'soon'")]
    [TestCase("[ovsdb]\nenable_manager = maybe\n", "f.ini:2: [ovsdb] enable_manager: expected true or false, found 'maybe'")]
    [TestCase("[ovsdb]\nl2_gw_agent_cert_base_path = /c\n", "default: [ovsdb] l2_gw_agent_priv_key_base_path: is not set although TLS is asked for; set all three paths or none")]
    [TestCase("[oslo_messaging_rabbit]\nssl_cert_file = /c\n", "default: [oslo_messaging_rabbit] ssl_key_file: is not set although the other of the two is")]
    [TestCase("host = a\n", "f.ini:1: an option stands before the first [section]")]
    [TestCase("[ovsdb]\nnonsense\n", "f.ini:2: expected 'option = value', found 'nonsense'")]
    [TestCase("[ovsdb\n", "f.ini:1: invalid section: must end with ']'")]
    [TestCase("[DEFAULT]\nhost = $nope\n", "f.ini:2: [DEFAULT] host: no option 'nope' to put for $nope")]
    [TestCase("[DEFAULT]\nhost = $host\n", "f.ini:2: [DEFAULT] host: its value leads back to itself")]
    public void A_value_that_cannot_be_used_is_refused_with_its_place(string text, string message) =>
        Assert.That(() => Read(text), Throws.TypeOf<ConfigurationException>().With.Message.EqualTo(message));

    private static AgentConfiguration Read(string text) => AgentConfiguration.Read([("f.ini", text)], "node1");
}
