using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Palimpsest.Numerics;
using Palimpsest.Privacy;

namespace Palimpsest.Federation.Rounds;

/// <summary>DP-FedAvg: everyone is drawn for itself, each contribution is clipped as one vector, variates included, and the noisy sum is divided by the
/// expected number of clients. <see cref="PrivateAggregator"/> does all of it, and keeps the account.</summary>
/// <remarks>An answer that never comes, or is refused, counts as zero. A round that nobody was drawn for releases noise like any other. A simulation resumes to
/// the bit; in deployment a round that is taken again after a crash has cost its budget twice.</remarks>
public sealed class PrivateAggregation : IRoundAggregator
{
    private readonly PrivacyPlan _plan;
    private readonly Func<int, PrivateAggregator> _make;
    private PrivateAggregator _rounds;
    private int _length = 1;
    private (long Rounds, string Text)? _statement;

    /// <summary>Begins a course of private rounds.</summary>
    /// <param name="clients">Clients that there are.</param>
    /// <param name="plan">The rounds; its population are the clients.</param>
    /// <param name="noise">σ, the noise multiplier of a round.</param>
    /// <param name="clip">C, the clipping norm, or the first one.</param>
    /// <param name="randomness">Coins and noise.</param>
    /// <param name="ledger">Where the budget is kept; needed in deployment.</param>
    /// <param name="adaptive">How the norm follows the updates; null for a fixed one.</param>
    /// <exception cref="PalimpsestException">The settings do not go together.</exception>
    public PrivateAggregation(int clients, PrivacyPlan plan, double noise, double clip, PrivacyRandomness randomness, BudgetLedger? ledger = null,
        AdaptiveClipping? adaptive = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(randomness);
        _plan = plan.Population == clients ? plan : throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
            $"The plan of private rounds has a population of {plan.Population}, but there are {clients} clients to draw from. Make them equal."));
        _make = length => new PrivateAggregator(plan, noise, clip, length, randomness, ledger, adaptive);
        Settings = string.Create(CultureInfo.InvariantCulture,
            $"{plan}, noise {noise}, clip {clip}, {adaptive?.ToString() ?? "fixed"}, {(randomness.IsSimulation ? "simulation" : "deployment")}");

        // How long a contribution is shows with the first round; until then a course of one value says whether all fits.
        _rounds = _make(_length);
    }

    /// <inheritdoc/>
    public string Settings { get; }

    /// <summary>False: a client that counted more would need more noise.</summary>
    public bool UsesWeights => false;

    /// <inheritdoc/>
    public double? ExpectedClients => _plan.ExpectedUnits;

    /// <inheritdoc/>
    public string State => JsonSerializer.Serialize(_rounds.State(), PrivateStateJson.Default.PrivateAggregatorState);

    /// <inheritdoc/>
    public string? Statement
    {
        get
        {
            // The account is dear: it is made up once a round.
            if (_rounds.Rounds > 0 && _statement?.Rounds != _rounds.Rounds)
            {
                _statement = (_rounds.Rounds, _rounds.Describe());
            }

            return _statement?.Text;
        }
    }

    /// <inheritdoc/>
    public void Restore(string state) => _rounds.Restore(JsonSerializer.Deserialize(state, PrivateStateJson.Default.PrivateAggregatorState)!);

    /// <inheritdoc/>
    public IAggregation Begin(int length, RandomStream random)
    {
        if (length != _length)
        {
            PrivateAggregator longer = _make(length);
            longer.Restore(_rounds.State());
            (_rounds, _length) = (longer, length);
        }

        return new Sum(_rounds.Begin());
    }

    private sealed class Sum(PrivateRound round) : IAggregation
    {
        public IReadOnlyList<int> Clients { get; } = [.. round.Participants.Select(client => checked((int)client))];

        public void Add(int client, Span<float> contribution, double weight) => round.Add(client, contribution);

        public bool Finish(Span<float> average)
        {
            round.Release(average);
            return true;
        }
    }
}

/// <summary>JSON of <see cref="PrivateAggregatorState"/> without reflection.</summary>
[JsonSerializable(typeof(PrivateAggregatorState))]
internal sealed partial class PrivateStateJson : JsonSerializerContext;
