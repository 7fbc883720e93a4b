namespace VtepLab.Topology;

/// <summary>A file that a person wrote cannot be used; the message names the file, the place and what was expected.</summary>
/// <param name="file">The file's name as the person gave it.</param>
/// <param name="line">From 1.</param>
/// <param name="column">From 1.</param>
/// <param name="problem">What is wrong and what was expected, without the place.</param>
/// <param name="inner">What the parser said, if it was a parser.</param>
public sealed class InputException(string file, long line, long column, string problem, Exception? inner = null)
    : FormatException($"{file} line {line}, column {column}: {problem}", inner)
{
    /// <summary>The file's name as the person gave it.</summary>
    public string File { get; } = file;

    /// <summary>From 1.</summary>
    public long Line { get; } = line;

    /// <summary>From 1.</summary>
    public long Column { get; } = column;
}
