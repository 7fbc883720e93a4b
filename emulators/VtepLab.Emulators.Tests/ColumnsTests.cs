using VtepLab.HardwareVtep;

namespace VtepLab.Emulators.Tests;

/// <summary>The list of what the switch does with every column names every column.</summary>
public class ColumnsTests
{
    [Test]
    public void The_list_has_the_tables_and_columns_of_the_schema_and_no_others()
    {
        var listed = new List<string>();
        var table = "";
        foreach (var line in File.ReadLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "COLUMNS.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                table = line[3..];
            }
            else if (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Column |", StringComparison.Ordinal))
            {
                listed.Add($"{table}.{line.Split('|')[1].Trim()}");
            }
        }

        var there = VtepSchema.Load().Tables.SelectMany(t => t.Columns.Where(c => !c.IsBuiltIn).Select(c => $"{t.Name}.{c.Name}"));
        Assert.That(listed, Is.EquivalentTo(there));
    }
}
