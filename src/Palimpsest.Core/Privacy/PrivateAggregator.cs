namespace Palimpsest.Privacy;

/// <summary>Private rounds of DP-FedAvg: one object samples, clips, adds noise and accounts, so that they cannot disagree.</summary>
/// <remarks>
/// McMahan, Ramage, Talwar and Zhang, Learning Differentially Private Recurrent Language Models (2018), with the fixed denominator m = q N: dividing by who
/// came would leak and break the accounting. Every sampling of <see cref="PrivacyPlan"/> but the gate, whose second coin belongs to the clients. In
/// deployment a <see cref="BudgetLedger"/> is needed, and a round is reserved there before anyone is drawn: a crash can only over-count. Not safe for use by
/// several threads at once.
/// </remarks>
public sealed class PrivateAggregator
{
    private readonly PrivacyPlan _plan;
    private readonly PrivacyRandomness _randomness;
    private readonly BudgetLedger? _ledger;
    private readonly AdaptiveClipping? _adaptive;
    private readonly double _noise;
    private readonly double _updateNoise;
    private PrivateRound? _open;
    private readonly int _length;

    /// <param name="plan">The rounds; no more are begun.</param>
    /// <param name="noise">σ, the noise multiplier of a round.</param>
    /// <param name="clip">C, the clipping norm, or the first one; above 0.</param>
    /// <param name="length">d, values of an update.</param>
    /// <param name="randomness">Coins and noise.</param>
    /// <param name="ledger">Where the budget is kept; needed in deployment.</param>
    /// <param name="adaptive">How the norm follows the updates, or null for a fixed one.</param>
    /// <exception cref="PalimpsestException">A setting is none, or the settings do not go together.</exception>
    public PrivateAggregator(
        PrivacyPlan plan, double noise, double clip, int length, PrivacyRandomness randomness, BudgetLedger? ledger = null, AdaptiveClipping? adaptive = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(randomness);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _updateNoise = adaptive is null ? noise : AdaptiveClipping.UpdateNoise(noise, adaptive.CountNoise * plan.ExpectedUnits);
        string? problem = plan.Problems().Concat(adaptive?.Problems() ?? []).FirstOrDefault()
            ?? (plan.ClientRate < 1 ? "client_rate belongs to clients that draw their own units; this object draws all of them."
            : !(clip > 0) || !double.IsFinite(clip) ? "clip must be above 0 and finite."
            : !randomness.IsSimulation && ledger is null ? "deployment needs a ledger that keeps the budget. Create one, or simulate."
            : ledger is not null && ledger.Budget.Unit != plan.Unit
            ? $"the ledger keeps the budget of a {ledger.Budget.Unit}, and the rounds protect a {plan.Unit}."
            : ledger is not null && plan.Sampling == SamplingScheme.Fixed
            ? "the ledger counts units added or removed; fixed sampling replaces them. Use poisson."
            : double.IsNaN(_updateNoise)
            ? "count_noise leaves nothing for the updates: twice its standard deviation must be above the noise multiplier. Raise it."
            : null);
        if (problem is not null)
        {
            throw new PalimpsestException(char.ToUpperInvariant(problem[0]) + problem[1..]);
        }

        (_plan, _noise, Clip, _length, _randomness, _ledger, _adaptive) = (plan, noise, clip, length, randomness, ledger, adaptive);
        _ = plan.Mechanism(noise).Rdp([2]);
    }

    /// <summary>C, the clipping norm of the round.</summary>
    public double Clip { get; private set; }

    /// <summary>Rounds that were begun.</summary>
    public long Rounds { get; private set; }

    /// <summary>ε of the rounds that were begun, with the unit and what the ledger holds, which is more after a crash; in a simulation, with the
    /// stamp.</summary>
    public string Describe() =>
        string.Join(' ', Report().Lines().Append(_ledger?.Describe() ?? "").Append(_randomness.Stamp).Select(line => line.Trim()).Where(line => line != ""));

    /// <summary>What the rounds that were begun have cost.</summary>
    /// <exception cref="PalimpsestException">None was begun.</exception>
    public PrivacyReport Report() => (_plan with { Rounds = Rounds }).At(_noise);

    /// <summary>Reserves the budget of a round and draws who takes part in it.</summary>
    /// <exception cref="PalimpsestException">All rounds were begun, or the budget does not suffice.</exception>
    public PrivateRound Begin()
    {
        if (Rounds == _plan.Rounds)
        {
            throw new PalimpsestException($"All {_plan.Rounds} planned rounds were begun. More need a plan of their own.");
        }

        _ledger?.Reserve(new SubsampledGaussian(_plan.Rate, _noise), 1, $"round {Rounds + 1}");
        Rounds++;
        return _open = new PrivateRound(this, Draw(), _length);
    }

    /// <summary>Where the rounds stand, for a checkpoint; between two of them only.</summary>
    /// <exception cref="PalimpsestException">A round was begun and not released.</exception>
    public PrivateAggregatorState State() => _open is null ? new(Rounds, Clip, _randomness.Position)
        : throw new PalimpsestException($"Round {Rounds} was begun and is not released, and its sum is not part of a state. Take the state between rounds.");

    /// <summary>Goes on where another process stood: in a simulation to the bit; in deployment with new coins, and a round that was begun after the state was
    /// taken has its budget in the ledger and counts again.</summary>
    /// <param name="state">Of an aggregator with the same settings.</param>
    /// <exception cref="PalimpsestException">It does not fit the plan, the randomness or the ledger; or rounds were begun here.</exception>
    public void Restore(PrivateAggregatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long reserved = _ledger?.Entries.Where(entry => entry.Rate == _plan.Rate && entry.Noise == _noise).Sum(entry => entry.Steps) ?? state.Rounds;
        if (Rounds > 0 || state.Rounds < 0 || state.Rounds > _plan.Rounds || !(state.Clip > 0) || !double.IsFinite(state.Clip)
            || state.Position is null == _randomness.IsSimulation || reserved < state.Rounds)
        {
            throw new PalimpsestException(
                Rounds > 0 ? $"{Rounds} rounds were begun here. A state is restored before the first one."
                : state.Rounds < 0 || state.Rounds > _plan.Rounds ? $"The state counts {state.Rounds} rounds of {_plan.Rounds}. It belongs to another plan."
                : state.Position is null == _randomness.IsSimulation
                    ? "The state was taken in the other mode: a simulation goes on from its stream's position, which deployment does not have. Start anew."
                : reserved < state.Rounds
                    ? $"The ledger holds {reserved} of the {state.Rounds} rounds that the state counts: it is another one, or an older copy. Put it back."
                : "The clipping norm of the state is none. The checkpoint is damaged; take an older one.");
        }

        (Rounds, Clip, _randomness.Position) = (state.Rounds, state.Clip, state.Position);
    }

    internal void Finish(PrivateRound round, double[] sum, double bits, Span<float> average)
    {
        double expected = _plan.ExpectedUnits, deviation = _updateNoise * Clip;
        Span<double> noise = stackalloc double[1024];
        for (int from = 0; from < sum.Length; from += noise.Length)
        {
            Span<double> part = sum.AsSpan(from, Math.Min(noise.Length, sum.Length - from));
            _randomness.FillGaussian(noise[..part.Length]);
            Clipping.NoisyAverage(part, deviation, noise, expected, average[from..]);
        }

        if (_adaptive is not null)
        {
            _randomness.FillGaussian(noise[..1]);
            Clip = _adaptive.Next(Clip, (expected / 2) + bits + (_adaptive.CountNoise * expected * noise[0]), expected);
        }

        noise.Clear();
        _open = _open == round ? null : _open;
    }

    private List<long> Draw()
    {
        List<long> drawn = [];
        long left = _plan.Sampling == SamplingScheme.Fixed ? (long)Math.Round(_plan.Rate * _plan.Population) : 0;
        for (long unit = 0; unit < _plan.Population; unit++)
        {
            // Fixed: selection sampling (Knuth, The Art of Computer Programming 3.4.2, algorithm S).
            double probability = _plan.Sampling == SamplingScheme.Fixed ? left / (double)(_plan.Population - unit) : _plan.Rate;
            if (_randomness.NextUniform() < probability)
            {
                drawn.Add(unit);
                left--;
            }
        }

        return drawn;
    }
}
