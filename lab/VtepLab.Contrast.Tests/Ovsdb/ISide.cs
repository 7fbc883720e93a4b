namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>One of the two servers that are compared, as its sessions see it.</summary>
internal interface ISide : IDisposable
{
    /// <summary>Opens the n-th session, or opens it again.</summary>
    void Open(int session);

    /// <summary>Sends a message.</summary>
    void Send(int session, string message);

    /// <summary>All that has come for each session since, once nothing more is on its way; null for a session that was closed.</summary>
    /// <param name="asked">The session that sent something last.</param>
    /// <param name="twice">Whether transactions wait, of which one may wake the next.</param>
    /// <param name="awaited">A request of that session which is answered when its time is over.</param>
    List<string>?[] Collect(int asked, bool twice, int? awaited);
}
