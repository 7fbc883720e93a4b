using VtepLab.Gherkin;

namespace VtepLab.Scenarios.Tests.Gherkin;

public class FeatureReaderTests
{
    private const string Feature = """
        @vtep
        Feature: Binding
          Free text.

          Background:
            Given a switch

          @one
          Scenario: First
            When it is bound
            And it is bound again
            Then all is well
            But nothing else
            * really

          Rule: Refusals
            Background:
              Given a strict switch

            @many
            Scenario Outline: VLAN is refused
              When VLAN <vlan> is bound
              Then it is refused with
                | error | vlan   |
                | range | <vlan> |

              @edge
              Examples:
                | vlan |
                | 4096 |
                | -1   |
        """;

    [Test]
    public void Steps_take_the_background_in_front_and_the_kind_of_the_step_before()
    {
        var first = FeatureReader.Read("binding.feature", Feature).Pickles[0];

        Assert.That(first.Steps.Select(s => (s.Keyword, s.Kind, s.Text)), Is.EqualTo(new[]
        {
            ("Given", StepKind.Given, "a switch"),
            ("When", StepKind.When, "it is bound"),
            ("And", StepKind.When, "it is bound again"),
            ("Then", StepKind.Then, "all is well"),
            ("But", StepKind.Then, "nothing else"),
            ("*", StepKind.Then, "really"),
        }));
        Assert.That(first.Location, Is.EqualTo("binding.feature:9"));
    }

    [Test]
    public void A_rule_adds_its_background_and_ends_where_it_ends()
    {
        var row = FeatureReader.Read("binding.feature", Feature).Pickles[1];

        Assert.That(row.Rule, Is.EqualTo("Refusals"));
        Assert.That(row.Steps.Take(2).Select(s => s.Text), Is.EqualTo(new[] { "a switch", "a strict switch" }));
    }

    [Test]
    public void Every_row_of_an_outline_is_a_scenario_with_its_values_in_name_steps_and_tables()
    {
        var rows = FeatureReader.Read("binding.feature", Feature).Pickles.Skip(1).ToArray();

        Assert.That(rows.Select(r => r.Name), Is.EqualTo(new[] { "VLAN is refused (vlan: 4096)", "VLAN is refused (vlan: -1)" }));
        Assert.That(rows[1].Steps[2].Text, Is.EqualTo("VLAN -1 is bound"));
        Assert.That(rows[1].Steps[3].Table!.Rows[0]["vlan"], Is.EqualTo("-1"));
        Assert.That(rows.Select(r => r.Line), Is.EqualTo(new[] { 30, 31 }));
    }

    [Test]
    public void Tags_are_inherited_from_feature_scenario_and_examples()
    {
        Assert.That(FeatureReader.Read("binding.feature", Feature).Pickles[1].Tags, Is.EqualTo(new[] { "@vtep", "@many", "@edge" }));
    }

    [Test]
    public void A_file_that_is_no_Gherkin_is_refused_with_every_place()
    {
        var error = Assert.Throws<FeatureSyntaxException>(() => FeatureReader.Read("bad.feature", "Feature: A\n  Scenario: B\n    Given x\n  nonsense\n"));

        Assert.That(error!.Message, Does.StartWith("bad.feature:4:3: expected: "));
        Assert.That(error.Message, Does.Contain("got 'nonsense'"));
    }

    [Test]
    public void Placeholders_in_a_background_are_left_alone()
    {
        var file = FeatureReader.Read("f", """
            Feature: F
              Background:
                Given a <vlan>
              Scenario Outline: S <vlan>
                When <vlan>
                Examples:
                  | vlan |
                  | 1    |
            """);

        Assert.That(file.Pickles.Single().Steps.Select(s => s.Text), Is.EqualTo(new[] { "a <vlan>", "1" }));
        Assert.That(file.Pickles.Single().Name, Is.EqualTo("S 1"));
    }

    [Test]
    public void A_feature_in_another_language_is_read()
    {
        var file = FeatureReader.Read("f", "# language: de\nFunktionalität: F\n  Szenario: S\n    Angenommen ein Switch\n    Dann läuft er\n");

        Assert.That(file.Pickles.Single().Steps.Select(s => s.Kind), Is.EqualTo(new[] { StepKind.Given, StepKind.Then }));
    }
}
