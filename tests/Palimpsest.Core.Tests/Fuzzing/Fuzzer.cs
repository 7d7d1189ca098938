using System.Diagnostics;

namespace Palimpsest.Tests.Fuzzing;

/// <summary>Shows a reader damaged inputs. Each must be accepted or refused with a <see cref="PalimpsestException"/>, within a time and an amount of memory.</summary>
/// <remarks>Readers run on a thread of their own, since one that hangs cannot be stopped: it is left behind and another goes on with the next input.</remarks>
internal sealed class Fuzzer(FuzzFormat format, int seed)
{
    private const int MostFindings = 20;
    private const int BusyFactor = 20;
    private readonly FuzzTally _tally = new(format.Name);
    private readonly Lock _gate = new();

    /// <summary>Runs the inputs from one index to before another; stops early after twenty findings.</summary>
    public FuzzTally Run(int from, int to, Action<FuzzTally>? progress = null)
    {
        long begun = Stopwatch.GetTimestamp();
        int next = from;
        while (next < to && _tally.Findings.Count < MostFindings)
        {
            Worker worker = new(this, next, to);
            while (!worker.Ended(TimeSpan.FromSeconds(0.5)))
            {
                _tally.Elapsed = Stopwatch.GetElapsedTime(begun);
                progress?.Invoke(_tally);
                if (worker.IsLate && worker.Abandon())
                {
                    break;
                }
            }

            next = worker.Next;
        }

        _tally.Elapsed = Stopwatch.GetElapsedTime(begun);
        return _tally;
    }

    /// <summary>What a reader makes of one input: null if it keeps the rule.</summary>
    private string? Try(int index, out bool accepted)
    {
        byte[] input = format.Input(seed, index);
        long before = GC.GetAllocatedBytesForCurrentThread(), begun = Stopwatch.GetTimestamp();
        string? problem = null;
        accepted = false;
        try
        {
            format.Read(input);
            accepted = true;
        }
        catch (PalimpsestException)
        {
            // Refused with a message.
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            problem = $"{error.GetType().Name}: {error.Message} at {Frame(error)}";
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before, bound = format.Bound + (64L * input.Length);
        TimeSpan time = Stopwatch.GetElapsedTime(begun);
        if (time > _tally.Slowest.Time)
        {
            _tally.Slowest = (time, index);
        }

        if (allocated > _tally.Largest.Bytes)
        {
            _tally.Largest = (allocated, index);
        }

        return problem ?? (allocated > bound ? $"allocated {allocated / 1e6:F0} MB for {input.Length} bytes; the bound is {bound / 1e6:F0} MB" : null);
    }

    // The first frames say which reader it was; the whole trace can be had by running the one input again.
    private static string Frame(Exception error) => string.Join(" < ", (error.StackTrace ?? "").Split('\n').Where(line => line.Contains("Palimpsest.", StringComparison.Ordinal)).Take(2).Select(line => line.Trim()));

    private sealed class Worker
    {
        private readonly Fuzzer _owner;
        private readonly int _to;
        private readonly Thread _thread;
        private long _since = Stopwatch.GetTimestamp();
        private TimeSpan _processor = Environment.CpuUsage.TotalTime;
        private bool _abandoned;

        public Worker(Fuzzer owner, int from, int to)
        {
            (_owner, Next, _to) = (owner, from, to);
            _thread = new Thread(Loop) { IsBackground = true };
            _thread.Start();
        }

        public int Next { get; private set; }

        /// <summary>Whether the input has had its time. On a machine that others keep busy, only the processor time that this process had counts, for a while.</summary>
        public bool IsLate
        {
            get
            {
                lock (_owner._gate)
                {
                    TimeSpan waited = Stopwatch.GetElapsedTime(_since), patience = _owner.Patience;
                    return waited > BusyFactor * patience || (waited > patience && Environment.CpuUsage.TotalTime - _processor > patience);
                }
            }
        }

        public bool Ended(TimeSpan wait) => _thread.Join(wait);

        /// <summary>Leaves the input that hangs behind, unless it has just ended.</summary>
        public bool Abandon()
        {
            lock (_owner._gate)
            {
                if (!IsLate)
                {
                    return false;
                }

                _abandoned = true;
                _owner._tally.Findings.Add(new FuzzFinding(_owner._tally.Format, _owner.Seed, Next, $"did not end within {_owner.Patience.TotalSeconds} s"));
                Next++;
                return true;
            }
        }

        private void Loop()
        {
            while (Next < _to && _owner._tally.Findings.Count < MostFindings)
            {
                string? problem = _owner.Try(Next, out bool accepted);
                lock (_owner._gate)
                {
                    if (_abandoned)
                    {
                        return;
                    }

                    if (problem is not null)
                    {
                        _owner._tally.Findings.Add(new FuzzFinding(_owner._tally.Format, _owner.Seed, Next, problem));
                    }
                    else if (accepted)
                    {
                        _owner._tally.Accepted++;
                    }
                    else
                    {
                        _owner._tally.Refused++;
                    }

                    Next++;
                    (_since, _processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                }
            }
        }
    }

    private int Seed => seed;

    private TimeSpan Patience => format.Patience;
}
