namespace VtepLab.Emulators.HardwareVtep;

/// <summary>What passed through one VLAN binding since the switch started.</summary>
internal sealed class BindingCounters
{
    /// <summary>Frames that came in on the port.</summary>
    public long PacketsFromLocal { get; private set; }

    /// <summary>Their bytes, tag not counted.</summary>
    public long BytesFromLocal { get; private set; }

    /// <summary>Frames that left through the port.</summary>
    public long PacketsToLocal { get; private set; }

    /// <summary>Their bytes, tag not counted.</summary>
    public long BytesToLocal { get; private set; }

    /// <summary>Counts a frame that came in.</summary>
    public void CameIn(int bytes)
    {
        PacketsFromLocal++;
        BytesFromLocal += bytes;
    }

    /// <summary>Counts a frame that left.</summary>
    public void Left(int bytes)
    {
        PacketsToLocal++;
        BytesToLocal += bytes;
    }
}
