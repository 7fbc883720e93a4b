using System.Text.Json;
using Spectre.Console;

namespace VtepLab.Cli.Output;

/// <summary>Rows with named columns: a table for people, or JSON for programs.</summary>
/// <param name="columns">The columns' names, as headings and as JSON members.</param>
internal sealed class Table(params string[] columns)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly List<string[]> rows = [];

    /// <summary>Columns that are too wide for a table; only JSON has them.</summary>
    public string[] InJsonOnly { get; init; } = [];

    /// <summary>Adds a row, one cell a column.</summary>
    public void Add(params string[] cells) => rows.Add(cells);

    /// <summary>Writes it to standard output.</summary>
    public void Write(string format)
    {
        if (format == "json")
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(rows.Select(AsObject), Json));
        }
        else if (Terminal.IsInteractive)
        {
            WriteForPeople();
        }
        else
        {
            WritePlain();
        }
    }

    private IEnumerable<string> Shown(string[] cells) => cells.Where((_, i) => !InJsonOnly.Contains(columns[i]));

    private Dictionary<string, string> AsObject(string[] cells) => columns.Zip(cells).ToDictionary(p => p.First, p => p.Second);

    private void WriteForPeople()
    {
        var table = new Spectre.Console.Table { Border = TableBorder.Rounded };
        foreach (var column in Shown(columns))
        {
            table.AddColumn(new TableColumn(Safe.Markup(column)) { NoWrap = column is "id" or "name" or "level" });
        }

        foreach (var cells in rows)
        {
            table.AddRow([.. Shown(cells).Select(Safe.Markup)]);
        }

        Terminal.Out.Write(table);
    }

    // Columns padded with spaces, one row a line: what grep, awk and column -t expect.
    private void WritePlain()
    {
        var lines = rows.Select(r => Shown(r).Select(Safe.Line).ToArray()).Prepend([.. Shown(columns)]).ToList();
        var widths = Enumerable.Range(0, lines[0].Length).Select(i => lines.Max(l => l[i].Length)).ToArray();
        foreach (var line in lines)
        {
            Console.Out.WriteLine(string.Join("  ", line.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }
}
