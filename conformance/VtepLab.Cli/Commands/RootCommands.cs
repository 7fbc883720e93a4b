using System.CommandLine;
using VtepLab.Cli.Exploring;

namespace VtepLab.Cli.Commands;

/// <summary>The command line: every command that is there, and none that is not.</summary>
internal static class RootCommands
{
    private const string Description = $"""
        The lab in which switches that speak the OVSDB hardware_vtep schema are proved.

        Exit codes: 0 all passed, 1 a check or scenario failed, 2 wrong usage or input, 3 a bug of ours,
        4 device or peer unreachable, 5 nothing selected, 130 interrupted.
        Endpoints are written as Open vSwitch does: tcp:HOST:PORT, ssl:HOST:PORT, ptcp:PORT[:IP], pssl:PORT[:IP], unix:PATH.
        The environment variable {OwnScenarios.Variable} adds scenarios and steps of your own to scenario, explore, replay, worker and list:
        feature files (.feature) and assemblies of step definitions (.dll), parted by colons.
        """;

    /// <summary>The root of the command line.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand(Description)
        {
            CertifyCommand.Create(),
            ListCommand.Create(),
            ReportCommand.Create(),
            ScenarioCommand.Create(),
            ExploreCommand.Create(),
            ReplayCommand.Create(),
            WorkerCommand.Create(),
            OvsdbCommand.Create(),
            EmulateCommand.Create(),
            AgentCommand.Create(),
            NeutronCommand.Create(),
            LabCommand.Create(),
            DoctorCommand.Create(),
        };
        return root;
    }
}
