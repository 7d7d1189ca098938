namespace Palimpsest.Torch;

/// <summary>A few threads that stay awake between the short pieces of work of one decoding: handing a piece over takes about a microsecond where the thread pool takes ten.</summary>
/// <remarks>
/// Parts of a piece are taken by whoever is free, so a thread that the machine has taken away holds up no more than its own part. The threads start at the first piece, fall asleep when there has
/// been none for a while, and end with the object. One caller at a time.
/// </remarks>
internal sealed class LaneTeam : IDisposable
{
    // Some 50 microseconds: longer than the caller works between two pieces, short enough to leave the core to others.
    private const int Spins = 2000;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private Action<int, int, int> _body = (_, _, _) => { };
    private long _state; // piece (32 bits), parts (16), parts taken (16): one atomic step tells a thread all three
    private int _done;
    private int _asleep;
    private bool _started;
    private volatile bool _ended;

    /// <summary>A team.</summary>
    /// <param name="lanes">Threads, that of the caller included.</param>
    public LaneTeam(int lanes)
    {
        Lanes = Math.Clamp(lanes, 1, 256);
        _threads = [.. Enumerable.Range(1, Lanes - 1).Select(lane => new Thread(() => Work(lane)) { IsBackground = true, Name = $"palimpsest decode {lane}" })];
    }

    /// <summary>Threads, that of the caller included.</summary>
    public int Lanes { get; }

    /// <summary>Runs <paramref name="body"/>(lane, part, parts) for all parts and waits. The body must not throw.</summary>
    public void Run(int parts, Action<int, int, int> body)
    {
        if (Lanes == 1 || parts == 1)
        {
            for (int part = 0; part < parts; part++)
            {
                body(0, part, parts);
            }

            return;
        }

        if (!_started)
        {
            _started = true;
            Array.ForEach(_threads, thread => thread.Start());
        }

        _body = body;
        _done = 0;
        Interlocked.Exchange(ref _state, (((_state >> 32) + 1) << 32) | ((long)parts << 16)); // a full fence: a thread that goes to sleep now sees the new piece
        int asleep = Volatile.Read(ref _asleep);
        if (asleep > 0)
        {
            _wake.Release(asleep);
        }

        Take(0);
        SpinWait wait = default;
        while (Volatile.Read(ref _done) < parts)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended = true;
        if (_started)
        {
            _wake.Release(_threads.Length);
            Array.ForEach(_threads, thread => thread.Join());
        }

        _wake.Dispose();
    }

    private void Take(int lane)
    {
        while (true)
        {
            long taken = Interlocked.Increment(ref _state);
            (int part, int parts) = ((int)(taken & 0xFFFF) - 1, (int)((taken >> 16) & 0xFFFF));
            if (part >= parts)
            {
                return;
            }

            _body(lane, part, parts);
            Interlocked.Increment(ref _done);
        }
    }

    private void Work(int lane)
    {
        long seen = 0;
        while (!_ended)
        {
            int spins = 0;
            while (Volatile.Read(ref _state) >> 32 == seen && !_ended)
            {
                if (++spins < Spins)
                {
                    Thread.SpinWait(1);
                    continue;
                }

                Interlocked.Increment(ref _asleep);
                if (Volatile.Read(ref _state) >> 32 == seen && !_ended)
                {
                    _wake.Wait();
                }

                Interlocked.Decrement(ref _asleep);
                spins = 0;
            }

            seen = Volatile.Read(ref _state) >> 32;
            Take(lane);
        }
    }
}
