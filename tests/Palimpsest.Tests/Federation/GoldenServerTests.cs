using System.Text.Json;
using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Numerics;
using Palimpsest.Training.Optimizers;
using static Palimpsest.Tests.Federation.FederationData;

namespace Palimpsest.Tests.Federation;

/// <summary>Server optimizers, FedProx and SCAFFOLD over ten rounds, against trajectories made in f64, where PALIMPSEST_DATA names them.</summary>
public sealed class GoldenServerTests
{
    private static readonly string[] s_file = ["optim", "server.json"];

    public static IEnumerable<TheoryDataRow<string>> Runs() => Keys("runs", s_file);

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Runs))]
    public void Rounds_OfARun_EqualTheReference(string name)
    {
        JsonElement problem = Json(s_file).GetProperty("problem"), run = Json(s_file).GetProperty("runs").GetProperty(name);
        double[][][] matrices = [.. problem.GetProperty("A").EnumerateArray().Select(Rows)];
        double[][] centres = Rows(problem.GetProperty("center")), some = Rows(problem.GetProperty("participants_of_partial_runs"));
        double[] sizes = Numbers(problem.GetProperty("n_i"));
        ParameterLayout layout = new([("w", [centres[0].Length])]);
        ExactClients clients = new(layout, Gradient)
        {
            First = [.. Numbers(problem.GetProperty("w0")).Select(value => (float)value)],
            Examples = client => (int)sizes[client],
        };
        LocalOptions local = new()
        {
            Epochs = problem.GetProperty("local_steps").GetInt32(),
            LearningRate = problem.GetProperty("local_lr").GetDouble(),
            Optimizer = new SgdOptions { Momentum = 0 },
        };
        IServerOptimizer server = ServerOptimizerRegistry.Create(Server(run), layout.Count);
        SlowFederation federation = new(FederatedAlgorithmRegistry.Create(Algorithm(run)), server, clients, local)
        {
            ByExamples = run.TryGetProperty("weighted", out JsonElement weighted) && weighted.GetBoolean(),
            Population = sizes.Length,
        };
        JsonElement[] rounds = [.. run.GetProperty("rounds").EnumerateArray()];
        int[] all = [.. Enumerable.Range(0, sizes.Length)];
        int[][] cohorts = [.. rounds.Select((_, i) => run.GetProperty("partial").GetBoolean() ? [.. some[i].Select(client => (int)client)] : all)];
        int number = 0;
        foreach (JsonElement round in rounds)
        {
            federation.Round(number, cohorts[number]);
            Near(Numbers(round.GetProperty("w")), federation.Weights, $"round {number}, weights");
            foreach ((string state, Memory<float> values) in server.State)
            {
                Near(Numbers(round.GetProperty(state == "momentum" ? "m" : state)), values.Span, $"round {number}, {state}");
            }

            if (round.TryGetProperty("c", out JsonElement control))
            {
                Near(Numbers(control), federation.Variates["control"], $"round {number}, c");
                double[][] own = Rows(round.GetProperty("c_i"));
                Assert.All(all, client => Near(own[client], federation.Vector(client, "control"), $"round {number}, c of {client}"));
            }

            number++;
        }

        // The same through frames, workers and the engine.
        using TemporaryFolder folder = new();
        IServerOptimizer again = ServerOptimizerRegistry.Create(Server(run), layout.Count);
        using FederatedTraining training = new ScriptedAggregator(cohorts).Federation(sizes.Length, FederatedAlgorithmRegistry.Create(Algorithm(run)), again,
            () => clients, local, federation.ByExamples, folder.Path);
        Assert.True(training.Run(progress => Near(Numbers(rounds[progress.Round - 1].GetProperty("w")), training.Weights, $"engine, {progress.Round} rounds")));
        Assert.Equal(rounds.Length, training.Round);

        double[] Gradient(int client, double[] p) =>
            [.. matrices[client].Select(row => row.Zip(p.Zip(centres[client], (value, centre) => value - centre), (a, b) => a * b).Sum())];
    }

    private static FederatedAlgorithmOptions Algorithm(JsonElement run) => run.GetProperty("kind").GetString()!.Split(' ') switch
    {
        ["SCAFFOLD", "option", string option] => new ScaffoldOptions { FullGradient = option == "I" },
        _ when run.TryGetProperty("mu", out JsonElement mu) => new FedProxOptions { Proximal = mu.GetDouble() },
        _ => new FedAvgOptions(),
    };

    private static ServerOptimizerOptions Server(JsonElement run)
    {
        double Of(string key, double otherwise) => run.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : otherwise;
        double rate = Of("eta", Of("eta_g", double.NaN)), tau = Of("tau", 1e-3);
        Assert.Equal(run.TryGetProperty("v0", out _) ? tau * tau : 0, Of("v0", 0), 1e-12);
        bool start = run.TryGetProperty("v0", out _);
        return run.GetProperty("kind").GetString() switch
        {
            "FedAvg" or "SCAFFOLD option I" or "SCAFFOLD option II" => new ServerAverageOptions { LearningRate = rate },
            "FedAvgM" => new FedAvgMOptions { LearningRate = rate, Momentum = Of("b1", 0.9) },
            "FedAvgM-EMA" => new FedAvgMOptions { LearningRate = rate, Momentum = Of("b1", 0.9), Averaged = true },
            "FedAdagrad" => new FedAdagradOptions { LearningRate = rate, Beta1 = Of("b1", 0), Tau = tau, StartAtTau = start },
            "FedYogi" => new FedYogiOptions { LearningRate = rate, Beta1 = Of("b1", 0.9), Beta2 = Of("b2", 0.99), Tau = tau, StartAtTau = start },
            "FedAdam" => new FedAdamOptions
            {
                LearningRate = rate,
                Beta1 = Of("b1", 0.9),
                Beta2 = Of("b2", 0.99),
                Tau = tau,
                StartAtTau = start,
                BiasCorrection = run.TryGetProperty("bias", out _) ? BiasCorrection.Adam : BiasCorrection.None,
            },
            string other => throw new NotSupportedException($"What is {other}?"),
            null => throw new NotSupportedException("A run of no kind."),
        };
    }
}
