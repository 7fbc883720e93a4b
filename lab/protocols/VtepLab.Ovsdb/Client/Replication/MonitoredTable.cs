namespace VtepLab.Ovsdb;

/// <summary>A table that a replica keeps.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Columns">Its columns; null for all. Columns that the server's schema lacks are left out.</param>
public sealed record MonitoredTable(string Name, IReadOnlyList<string>? Columns = null);
