using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Training.Optimizers;

namespace Palimpsest.Tests.Federation.Rounds;

/// <summary>Small federations.</summary>
internal static class Federations
{
    public const int Count = 37;

    public static readonly FederationOptions Options =
        new() { Rounds = 6, Cohort = 7, Workers = 2, EvaluateEvery = 0, Local = new LocalOptions { Optimizer = new SgdOptions() } };

    public static FederationParts Parts(FederationOptions? options = null, FederatedAlgorithm? algorithm = null, string? folder = null, int clients = 20)
    {
        FederationOptions own = options ?? Options;
        return new FederationParts
        {
            Clients = clients,
            Name = client => $"client {client}",
            Open = () => new QuadraticModel(Count),
            Algorithm = algorithm ?? new Dense(),
            Aggregator = new MeanAggregator(clients, own.Cohort),
            Optimizer = layout => new Heavy((int)layout.Count),
            Options = own,
            Random = new RandomStream(5, "federation"),
            Folder = folder,
        };
    }

    /// <summary>Runs to the end.</summary>
    public static (float[] Weights, List<RoundProgress> Rounds) Run(FederationParts parts)
    {
        using FederatedTraining training = new(parts);
        List<RoundProgress> rounds = [];
        training.TryResume();
        Assert.True(training.Run(rounds.Add));
        return (training.Weights.ToArray(), rounds);
    }

    /// <summary>FedAvg as it stands.</summary>
    public class Dense : FederatedAlgorithm
    {
        public override string Settings => "dense";
    }

    /// <summary>Uses all that an algorithm may keep: a mask chosen once, a variate that goes both ways, a vector at each client, a sparse upload.</summary>
    public sealed class Everything : FederatedAlgorithm
    {
        private float[] _mask = [];

        public override string Settings => "everything";

        public override IReadOnlyList<string> Variates => ["c"];

        public override IReadOnlyList<string> ClientVectors => ["own", "seen"];

        public override IReadOnlyList<(string Name, Memory<float> Values)> State => [("mask", _mask)];

        public override void Prepare(ParameterLayout layout) => _mask = new float[layout.Count];

        public override void BeginRound(ServerRound round)
        {
            if (round.Number == 1)
            {
                round.Weights.CopyTo(_mask);
                TopK.Keep(_mask, _mask.Length / 2);
            }
        }

        public override Support Download(ServerRound round, int client)
        {
            BitMask mask = new(_mask.Length);
            for (int i = 0; i < _mask.Length; i++)
            {
                mask[i] = round.Number == 0 || _mask[i] != 0 || i % 3 == client % 3;
            }

            return new Support(mask, client % 2 == 0);
        }

        public override void Train(ClientWork work)
        {
            work.Train();
            Span<float> own = work.Vector("own");
            for (int i = 0; i < own.Length; i++)
            {
                float was = own[i];
                own[i] = work.End[i] - work.Start[i] - (0.1f * work.Variate("c")[i]);
                work.Change("c")[i] = own[i] - was;
                work.Vector("seen")[i]++;
            }
        }

        public override Support Upload(ServerRound round, int client, ReadOnlySpan<float> update) => new(TopK.Mask(update, update.Length / 3));
    }

    /// <summary>Momentum at the server, so that it has a state.</summary>
    public sealed class Heavy(int count) : IServerOptimizer
    {
        private readonly float[] _momentum = new float[count];

        public string Settings { get; init; } = "heavy";

        public IReadOnlyList<(string Name, Memory<float> Values)> State => [("momentum", _momentum)];

        public long StepCount { get; set; }

        public void Step(Span<float> weights, ReadOnlySpan<float> average)
        {
            StepCount++;
            for (int i = 0; i < weights.Length; i++)
            {
                _momentum[i] = (0.5f * _momentum[i]) + average[i];
                weights[i] += _momentum[i] / (1 + (0.01f * StepCount));
            }
        }
    }
}
