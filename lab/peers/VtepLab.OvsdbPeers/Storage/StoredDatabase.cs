using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>Databases that survive a restart of their host, in files that <c>ovsdb-tool</c> reads.</summary>
public static class StoredDatabase
{
    /// <summary>Opens the database of a file in the host's store, or makes it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="file">The file's name in the store.</param>
    /// <param name="schema">The schema of a new database; null if the file must be there. An existing file keeps its own schema.</param>
    /// <param name="converts">True: an existing file is moved to <paramref name="schema"/> instead, rows keep their UUIDs.</param>
    /// <param name="failing">
    /// Told why the file cannot be written, and null when it can again; in between the database refuses every transaction that changes it.
    /// </param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>
    /// The database; what is committed to it is written to the file from now on, which is rewritten when it has grown to four times
    /// its compact size.
    /// </returns>
    /// <exception cref="FileNotFoundException">There is no such file and no schema.</exception>
    /// <exception cref="OvsdbErrorException">The file is not a database, or a complete record of it makes no sense.</exception>
    public static async Task<Database> OpenAsync(
        IHost host, string file, DatabaseSchema? schema, bool converts = false, Action<string?>? failing = null, CancellationToken cancel = default)
    {
        var content = await host.Store.ReadAsync(file, cancel);
        if (content is null && schema is null)
        {
            throw new FileNotFoundException($"{host.Name} has no database file {file}", file);
        }

        var storage = new HostLogStorage(host, file, content?.Length ?? 0) { Failing = failing };
        string? problem = null;
        var log = content is null
            ? FileLog.Create(schema!, storage, host.Time, host.Entropy.NewUuid)
            : FileLog.Open(content, storage, host.Time, host.Entropy.NewUuid, out problem);
        if (problem is not null)
        {
            host.Logs.CreateLogger<FileLog>().LogWarning("{File}: {Problem}; the end was cut off", file, problem);
        }

        if (converts && schema is not null && !IsSame(log.Database.Schema, schema))
        {
            log.ConvertTo(schema, host.Entropy.NewUuid);
        }

        storage.Idle = () => log.CompactIfGrown();
        storage.Rewrite = log.Compact;
        return log.Database;
    }

    private static bool IsSame(DatabaseSchema one, DatabaseSchema other)
    {
        var (first, second) = (new JsonWriter(), new JsonWriter());
        one.WriteTo(first);
        other.WriteTo(second);
        return first.Written.SequenceEqual(second.Written);
    }
}
