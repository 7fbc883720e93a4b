namespace VtepLab.Simulation;

// Which of the events of one instant comes first, where chance decides it.
internal sealed partial class Kernel
{
    /// <summary>Brings the first event of a host that chance picks to the head of the ready ring.</summary>
    private void ShuffleReady(RandomStream chance)
    {
        var mask = _ready.Length - 1;
        var host = _ready[(_readyHead + (int)chance.Next(0, Math.Min(_readyCount, MostChoices))) & mask].Host;
        var place = 0;
        while (_ready[(_readyHead + place) & mask].Host != host)
        {
            place++;
        }

        var picked = _ready[(_readyHead + place) & mask];
        for (; place > 0; place--)
        {
            _ready[(_readyHead + place) & mask] = _ready[(_readyHead + place - 1) & mask];
        }

        _ready[_readyHead] = picked;
    }

    /// <summary>Takes the first event of a host that chance picks among those that are due at one time; the others stay.</summary>
    private QueueEntry PickDue(RandomStream chance, in QueueEntry first)
    {
        if (!_queue.TryPeek(out var next) || next.At != first.At)
        {
            return first;
        }

        Span<QueueEntry> due = stackalloc QueueEntry[MostChoices];
        due[0] = first;
        var count = 1;
        for (; count < MostChoices && _queue.TryPeek(out next) && next.At == first.At; count++)
        {
            due[count] = _queue.Take();
        }

        var host = HostOf(due[(int)chance.Next(0, count)]);
        var picked = 0;
        while (HostOf(due[picked]) != host)
        {
            picked++;
        }

        for (var i = 0; i < count; i++)
        {
            if (i != picked)
            {
                _queue.Add(due[i].At, due[i].Key);
            }
        }

        return due[picked];

        int HostOf(in QueueEntry entry) => _records[(int)(entry.Key & SlotMask)].Host;
    }
}
