using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Estimates the values of steps by rollouts, and finds where wrong solutions go wrong.</summary>
/// <param name="problems">The problems.</param>
/// <param name="engine">Samples the rollouts.</param>
/// <param name="rollouts">K: rollouts from a prefix.</param>
/// <param name="first">The number of the first rollout from a bare problem, so that these are others than the solutions that are judged by them.</param>
public sealed class PitFinder(IRolloutProblems problems, RolloutEngine engine, int rollouts, int first)
{
    /// <summary>K: rollouts from a prefix.</summary>
    public int Rollouts => rollouts;

    /// <summary>A request for the rollouts from behind a step that <see cref="Values"/> and <see cref="Find"/> make.</summary>
    /// <param name="trace">The solution.</param>
    /// <param name="step">Counted from 1; 0 for the bare problem.</param>
    public RolloutRequest From(Trace trace, int step)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return step == 0 ? RolloutRequest.Of(trace.Prompt, rollouts, first) : trace.From(step, rollouts);
    }

    /// <summary>The values of all steps. The last value of a solution is known without rollouts: whether it is right.</summary>
    /// <returns>One a solution; null if told to stop.</returns>
    public IReadOnlyList<StepValues>? Values(IReadOnlyList<Trace> traces, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(traces);
        Search[] all = [.. traces.Select(trace => new Search(trace, rollouts))];
        return Solve(all, stop) && Ask(all.SelectMany(own => Enumerable.Range(1, own.Steps - 1).Select(step => (own, step))), "values of steps", stop)
            ? [.. all.Select(own => own.Values(rollouts))] : null;
    }

    /// <summary>Finds the pits of wrong solutions.</summary>
    /// <param name="traces">Wrong solutions.</param>
    /// <param name="rule">What counts as the pit.</param>
    /// <param name="search">From which prefixes rollouts are made.</param>
    /// <param name="stop">Ends early.</param>
    /// <returns>One a solution; null if told to stop.</returns>
    public IReadOnlyList<PitFinding>? Find(IReadOnlyList<Trace> traces, PitRule rule, PitSearch search, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(traces);
        Search[] all = [.. traces.Select(trace => new Search(trace, rollouts))];
        if (!Solve(all, stop))
        {
            return null;
        }

        // Where nothing can be lost, nothing is looked for.
        Search[] open = [.. all.Where(own => rule != PitRule.LargestDrop || own.Solved > 0)];
        bool done = search switch
        {
            PitSearch.Scan => Ask(open.SelectMany(own => Enumerable.Range(1, own.Steps - 1).Select(step => (own, step))), "first pits", stop),
            PitSearch.EarlyStop => Rounds(open, own => own.NextInOrder(), stop),
            _ => Rounds(open, own => own.Middle(rule), stop),
        };
        return !done ? null : [.. all.Select(own =>
        {
            StepValues values = own.Values(rollouts);
            int? pit = !open.Contains(own) ? null : search == PitSearch.Bisection ? own.High : values.Pit(rule);
            return new PitFinding(own.Trace, values, pit);
        })];
    }

    private bool Solve(Search[] all, CancellationToken stop)
    {
        int[] asked = [.. all.Select(own => own.Trace.Problem).Distinct()];
        Dictionary<int, int> solved = asked.ToDictionary(problem => problem, _ => 0);
        bool done = engine.Run([.. asked.Select(problem => RolloutRequest.Of(problems.Prompt(problem), rollouts, first))], "values of problems",
            (request, _, rollout) => solved[asked[request]] += problems.Judge(asked[request], rollout.Tokens, rollout.End).IsRight ? 1 : 0, stop);
        Array.ForEach(all, own => own.Solved = solved[own.Trace.Problem]);
        return done;
    }

    private bool Rounds(Search[] open, Func<Search, int?> next, CancellationToken stop)
    {
        while (true)
        {
            (Search, int)[] asked = [.. open.Select(own => (own, Step: next(own))).Where(pair => pair.Step is not null).Select(pair =>
                (pair.own, pair.Step!.Value))];
            if (asked.Length == 0)
            {
                return true;
            }

            if (!Ask(asked, "first pits", stop))
            {
                return false;
            }
        }
    }

    private bool Ask(IEnumerable<(Search Own, int Step)> asked, string stage, CancellationToken stop)
    {
        (Search Own, int Step)[] all = [.. asked];
        foreach ((Search own, int step) in all)
        {
            own.Right[step] = 0;
        }

        // Where a solution has no room left it cannot become right.
        all = [.. all.Where(pair => pair.Own.Trace.Prompt.Length + pair.Own.Trace.Until(pair.Step).Length < engine.Capacity)];

        return engine.Run([.. all.Select(pair => pair.Own.Trace.From(pair.Step, rollouts))], stage, (request, _, rollout) =>
        {
            (Search own, int step) = all[request];
            bool right = problems.Judge(own.Trace.Problem, [.. own.Trace.Until(step), .. rollout.Tokens], rollout.End).IsRight;
            own.Right[step] += right ? 1 : 0;
        }, stop);
    }

    /// <summary>The search in one solution. Right[i] counts right rollouts from behind step i.</summary>
    private sealed class Search
    {
        private int _low;

        public Search(Trace trace, int rollouts)
        {
            (Trace, Steps, Right) = (trace, trace.Steps.Count, new int?[trace.Steps.Count + 1]);
            Right[Steps] = trace.IsRight ? rollouts : 0; // behind the whole solution nothing can change any more
            High = Steps;
        }

        public Trace Trace { get; }

        public int Steps { get; }

        public int?[] Right { get; }

        public int Solved
        {
            get => Right[0] ?? 0;
            set => Right[0] = value;
        }

        /// <summary>The step that the bisection has come to.</summary>
        public int High { get; private set; }

        public int? NextInOrder() => Enumerable.Range(1, Steps).TakeWhile(step => step == 1 || Right[step - 1] != 0).Cast<int?>().FirstOrDefault(step =>
            Right[step!.Value] is null);

        public int? Middle(PitRule rule)
        {
            while (High - _low > 1)
            {
                int middle = (_low + High) / 2;
                if (Right[middle] is not int right)
                {
                    return middle;
                }

                // Of equal drops the first counts.
                bool firstHalf = rule == PitRule.LargestDrop ? Right[_low] - right >= right - Right[High] : right == 0;
                (_low, High) = firstHalf ? (_low, middle) : (middle, High);
            }

            return null;
        }

        public StepValues Values(int rollouts) => new(Solved, rollouts, Right[1..], rollouts);
    }
}
