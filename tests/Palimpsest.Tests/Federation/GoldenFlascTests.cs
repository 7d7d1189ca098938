using System.Text.Json;
using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Flasc;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Numerics;
using Palimpsest.Tests.Unlearning;
using static Palimpsest.Tests.Federation.FederationData;

namespace Palimpsest.Tests.Federation;

/// <summary>FLASC and Federated Select, round by round, against trajectories made in f64, where PALIMPSEST_DATA names them.</summary>
public sealed class GoldenFlascTests
{
    private static readonly string[] s_expected = ["merging", "flasc", "expected.json"];

    public static IEnumerable<TheoryDataRow<string>> Variants() => Keys("servers", s_expected);

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Variants))]
    public void Rounds_OfAVariant_EqualTheReference(string variant)
    {
        JsonElement settings = Json(s_expected);
        Dictionary<string, double[]> problem = Tensors("problem"), expected = Tensors(variant);
        Setting setting = Of(variant, settings, problem);
        SlowFederation federation = new(setting.Algorithm, setting.Server, setting.Clients, setting.Local) { Aggregate = setting.Aggregate };
        int cohort = settings.GetProperty("cohort").GetInt32();
        foreach (JsonElement figures in settings.GetProperty("servers").GetProperty(variant).EnumerateArray())
        {
            int number = figures.GetProperty("round").GetInt32();
            string key = $"round{number}.";
            ServerRound round = federation.Round(number, [.. Numbers(figures.GetProperty("clients")).Select(client => (int)client)]);
            Assert.Equal(cohort, federation.Messages.Count);
            for (int i = 0; i < cohort; i++)
            {
                (_, Support down, float[] start, float[] update, Support up, float[] sent) = federation.Messages[i];
                string client = $"{key}client{i}.";
                Assert.True(down.Mask!.ContentEquals(MergingData.Mask(expected[key + "download_mask"])), client + "download");
                Assert.True(up.Mask!.ContentEquals(MergingData.Mask(expected[client + "upload_mask"])), client + "upload");
                Near(expected[client + "start"], start, client + "start");
                Near(expected[client + "negative_update"].Select(value => -value), update, client + "update");
                if (variant != "dp_adamw")
                {
                    Near(expected[client + "upload"].Select(value => -value), sent, client + "sent");
                }
            }

            Near(expected[key + "gradient"].Select(value => -value), federation.Average, key + "average");
            Near(expected[key + "server_after"], federation.Weights, key + "weights");
            float[] served = [.. federation.Weights];
            setting.Algorithm.Served(round, null)!.Apply(0, served);
            Near(expected[key + "evaluated"], served, key + "served");
        }
    }

    /// <summary>The same through frames, workers and the engine.</summary>
    [Theory(SkipTestWithoutData = true), MemberData(nameof(Variants))]
    public void Engine_OfAVariant_EqualsTheReference(string variant)
    {
        JsonElement settings = Json(s_expected);
        Dictionary<string, double[]> problem = Tensors("problem"), expected = Tensors(variant);
        Setting setting = Of(variant, settings, problem);
        IReadOnlyList<int>[] cohorts = [.. settings.GetProperty("servers").GetProperty(variant).EnumerateArray().Select(figures =>
            (int[])[.. Numbers(figures.GetProperty("clients")).Select(client => (int)client)])];
        ScriptedAggregator aggregator = new(cohorts) { Aggregate = setting.Aggregate };
        using FederatedTraining training = aggregator.Federation(settings.GetProperty("clients").GetInt32(), setting.Algorithm, setting.Server,
            () => setting.Clients, setting.Local);
        int rounds = 0;
        Assert.True(training.Run(progress =>
        {
            string key = $"round{rounds++}.";
            Near(expected[key + "server_after"], training.Weights, key + "weights");
            float[] served = [.. training.Weights];
            training.Served(null)!.Apply(0, served);
            Near(expected[key + "evaluated"], served, key + "served");
        }));
        Assert.Equal(cohorts.Length, rounds);
    }

    private static Dictionary<string, double[]> Tensors(string name) => MergingData.Tensors("flasc", name + ".safetensors");

    private static Setting Of(string variant, JsonElement settings, Dictionary<string, double[]> problem)
    {
        ParameterLayout layout = new(settings.GetProperty("tensors").EnumerateArray().Select(tensor =>
            (tensor.GetProperty("name").GetString()!, tensor.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64()).ToArray())));
        int count = (int)layout.Count, round = 0;
        double down = settings.GetProperty("density_download").GetDouble(), up = settings.GetProperty("density_upload").GetDouble();
        FederatedAlgorithm algorithm = FederatedAlgorithmRegistry.Create(variant == "federated_select"
            ? new FederatedSelectOptions { DownloadDensity = down, UploadDensity = up, EvaluationMask = EvaluationMask.Before }
            : new FlascOptions { DownloadDensity = down, UploadDensity = up, EvaluationMask = EvaluationMask.Before });
        JsonElement rates = settings.GetProperty("server_lr");
        double rate = rates.GetProperty(rates.TryGetProperty(variant, out _) ? variant : "adamw").GetDouble();
        IServerOptimizer server = ServerOptimizerRegistry.Create(variant switch
        {
            "adamw" or "dp_adamw" or "federated_select" => new ServerAdamWOptions { LearningRate = rate },
            "adamw_no_decay" => new ServerAdamWOptions { LearningRate = rate, WeightDecay = 0 },
            "sgd" => new ServerAverageOptions { LearningRate = rate },
            "fedadam" => new FedAdamOptions { LearningRate = rate },
            "fedadam_flower" => new FedAdamOptions { LearningRate = rate, BiasCorrection = BiasCorrection.Flower },
            _ => throw new NotSupportedException($"What is the variant {variant}?"),
        }, count);
        ExactClients clients = new(layout, (client, p) => Gradient(problem, client, p)) { First = [.. problem["w"].Select(value => (float)value)] };
        LocalOptions local = new() { Epochs = settings.GetProperty("local_steps").GetInt32(), LearningRate = settings.GetProperty("client_lr").GetDouble() };
        JsonElement dp = settings.GetProperty("dp");
        double clip = dp.GetProperty("clip").GetDouble(), sigma = dp.GetProperty("noise_multiplier").GetDouble();
        return new Setting(algorithm, server, clients, local,
            variant == "dp_adamw" ? sent => Private(sent, problem["noise"].AsSpan(round++ * count, count)) : null);

        // Noise is of the gradient, which has the other sign.
        float[] Private(IReadOnlyList<float[]> sent, ReadOnlySpan<double> noise)
        {
            float[] average = new float[count];
            double[] factors = [.. sent.Select(update => 1 / Math.Max(1, Math.Sqrt(update.Sum(value => (double)value * value)) / clip) / clip)];
            for (int i = 0; i < count; i++)
            {
                average[i] = (float)((sent.Select((update, client) => update[i] * factors[client]).Sum() - (sigma * noise[i])) / sent.Count);
            }

            return average;
        }
    }

    // (diag(h) + u u^T) (p - a)
    private static double[] Gradient(Dictionary<string, double[]> problem, int client, double[] p)
    {
        int n = p.Length;
        double[] h = problem["h"][(client * n)..((client + 1) * n)], u = problem["u"][(client * n)..((client + 1) * n)];
        double[] off = [.. p.Zip(problem["a"].Skip(client * n), (value, centre) => value - centre)];
        double along = u.Zip(off, (a, b) => a * b).Sum();
        return [.. off.Select((value, i) => (h[i] * value) + (u[i] * along))];
    }

    private sealed record Setting(
        FederatedAlgorithm Algorithm, IServerOptimizer Server, ExactClients Clients, LocalOptions Local, Func<IReadOnlyList<float[]>, float[]>? Aggregate);
}
