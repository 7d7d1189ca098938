using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Federation;

/// <summary>Cohorts that are written down, one a round, and the mean of their answers.</summary>
internal sealed class ScriptedAggregator(IReadOnlyList<IReadOnlyList<int>> cohorts) : IRoundAggregator
{
    private int _round;

    public string Settings => "scripted";

    public bool UsesWeights => true;

    public string State => "";

    public string? Statement => null;

    /// <summary>What is made of the answers instead of their mean.</summary>
    public Func<IReadOnlyList<float[]>, float[]>? Aggregate { get; init; }

    /// <summary>A federation of these cohorts on one worker.</summary>
    public FederatedTraining Federation(
        int clients, FederatedAlgorithm algorithm, IServerOptimizer server, Func<IClientModel> open, LocalOptions local, bool byExamples = false,
        string? folder = null) =>
        new(new FederationParts
        {
            Clients = clients,
            Name = client => $"client {client}",
            Open = open,
            Algorithm = algorithm,
            Aggregator = this,
            Optimizer = _ => server,
            Options = new FederationOptions { Rounds = cohorts.Count, Cohort = 1, Workers = 1, Local = local, ByExamples = byExamples },
            Random = new RandomStream(3),
            Folder = folder,
        });

    public void Restore(string state)
    {
    }

    public IAggregation Begin(int length, RandomStream random) => new Round([.. cohorts[_round++].Order()], Aggregate);

    private sealed class Round(int[] clients, Func<IReadOnlyList<float[]>, float[]>? aggregate) : IAggregation
    {
        private readonly List<(float[] Values, double Weight)> _answers = [];

        public IReadOnlyList<int> Clients => clients;

        public void Add(int client, Span<float> contribution, double weight) => _answers.Add((contribution.ToArray(), weight));

        public bool Finish(Span<float> average)
        {
            float[] mean = aggregate?.Invoke([.. _answers.Select(answer => answer.Values)]) ?? new float[average.Length];
            for (int i = 0; i < mean.Length && aggregate is null; i++)
            {
                mean[i] = (float)(_answers.Sum(answer => answer.Weight * answer.Values[i]) / _answers.Sum(answer => answer.Weight));
            }

            mean.CopyTo(average);
            return _answers.Count > 0;
        }
    }
}
