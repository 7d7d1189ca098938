using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Numerics;
using Palimpsest.Training.Optimizers;
using static Palimpsest.Tests.Federation.TinyAdapter;

namespace Palimpsest.Tests.Federation.Algorithms;

public sealed class ScaffoldTests
{
    private static readonly float[] s_first = [.. Enumerable.Range(0, 12).Select(i => (float)Math.Cos(i))];

    /// <summary>The printed algorithm in f64, with drawn cohorts.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rounds_EqualThePrintedAlgorithm(bool fullGradient)
    {
        const double Rate = 0.1;
        const int Steps = 4, All = 5;
        LocalOptions local = new() { Epochs = Steps, LearningRate = Rate, Optimizer = new SgdOptions { Momentum = 0 } };
        SlowFederation federation = Federation(new ScaffoldOptions { FullGradient = fullGradient }, local, All);
        double[] w = [.. s_first.Select(value => (double)value)], c = new double[12];
        double[][] own = [.. Enumerable.Range(0, All).Select(_ => new double[12])];
        RandomStream random = new(4);
        for (int number = 0; number < 8; number++)
        {
            IReadOnlyList<int> cohort = MeanAggregator.Draw(All, 3, random);
            federation.Round(number, cohort);
            double[] moved = new double[12], changed = new double[12];
            foreach (int client in cohort)
            {
                for (int i = 0; i < 12; i++)
                {
                    double p = w[i], centre = Math.Sin((client * 12) + i);
                    for (int step = 0; step < Steps; step++)
                    {
                        p -= Rate * (p - centre - own[client][i] + c[i]);
                    }

                    double next = fullGradient ? w[i] - centre : own[client][i] - c[i] + ((w[i] - p) / (Steps * Rate));
                    (moved[i], changed[i]) = (moved[i] + ((p - w[i]) / 3), changed[i] + ((next - own[client][i]) / All));
                    own[client][i] = next;
                }
            }

            (w, c) = ([.. w.Zip(moved, (a, b) => a + b)], [.. c.Zip(changed, (a, b) => a + b)]);
            FederationData.Near(w, federation.Weights, $"round {number}, weights");
            FederationData.Near(c, federation.Variates["control"], $"round {number}, c");
            Assert.All(cohort, client => FederationData.Near(own[client], federation.Vector(client, "control"), $"round {number}, c of {client}"));
        }
    }

    /// <summary>A gradient that never changes is what a client's variate must come to, with momentum too.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.9)]
    public void Variate_OfAConstantGradient_IsThatGradient(double momentum)
    {
        LocalOptions local = new() { Epochs = 7, LearningRate = 0.01, Optimizer = new SgdOptions { Momentum = momentum } };
        ExactClients slopes = new(Layout, (client, p) => [.. p.Select((_, i) => client + i + 1.0)]);
        SlowFederation federation = new(FederatedAlgorithmRegistry.Create(new ScaffoldOptions()), Server(), slopes, local) { Population = 2 };
        for (int number = 0; number < 3; number++)
        {
            federation.Round(number, [0, 1]);
            FederationData.Near(Enumerable.Range(1, 12).Select(i => (double)i), federation.Vector(0, "control"), "client 0");
            FederationData.Near(Enumerable.Range(1, 12).Select(i => i + 0.5), federation.Variates["control"], "server"); // the mean of all clients'
        }
    }

    /// <summary>What the client keeps and what it sends share no memory with each other or with what arrived.</summary>
    [Fact]
    public void Train_LeavesWhatArrivedAndKeepsACopy()
    {
        float[] start = [.. s_first], end = new float[12], server = [.. s_first.Select(value => value / 7)], change = new float[12], kept = new float[12];
        ServerRound round = Round(0, s_first, 0);
        LocalTraining training = new()
        {
            Options = new LocalOptions { Epochs = 2, LearningRate = 0.1, Optimizer = new SgdOptions { Momentum = 0 } },
            Random = new RandomStream(1),
        };
        ClientWork work = new(round, 0, Points(s_first), start, end, null, training, One(server), One(change), One(kept));
        FederatedAlgorithmRegistry.Create(new ScaffoldOptions()).Train(work);
        float[] before = [.. kept];
        Assert.Equal(kept, change); // the first variate is zero
        Assert.Equal(s_first.Select(value => value / 7), server);
        Assert.Equal(s_first, start);
        Array.Clear(change);
        Array.Clear(end);
        Assert.Equal(before, kept);
        Assert.Contains(kept, value => value != 0);

        static Dictionary<string, float[]> One(float[] values) => new() { ["control"] = values };
    }

    [Fact]
    public void Train_WithAnOptimizerThatHidesTheGradient_IsRefused()
    {
        foreach (LocalOptions local in (LocalOptions[])[new(), new() { LearningRate = 0.1, Optimizer = new AdamWOptions() },
            new() { LearningRate = 0.1, Optimizer = new SgdOptions { Nesterov = true } }])
        {
            SlowFederation federation = Federation(new ScaffoldOptions(), local, 1);
            Assert.Contains("learning_rate", Assert.Throws<PalimpsestException>(() => federation.Round(0, [0])).Message, StringComparison.Ordinal);
        }
    }

    private static IServerOptimizer Server() => ServerOptimizerRegistry.Create(new ServerAverageOptions(), 12);

    private static SlowFederation Federation(ScaffoldOptions options, LocalOptions local, int population) =>
        new(FederatedAlgorithmRegistry.Create(options), Server(), Points(s_first), local) { Population = population };
}
