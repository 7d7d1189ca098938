using System.Globalization;
using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Training.Grass;
using Palimpsest.Training.Optimizers.Projected;

namespace Palimpsest.Tests.Training.Projected;

/// <summary>Grass against fifty steps of an independent f64 form on recorded gradients, and the identities of its schemes by enumeration.</summary>
public sealed class GrassGoldenTests
{
    public static IEnumerable<TheoryDataRow<string, int, string>> Runs() => OptimData.Rows("grass_runs", "name");

    public static IEnumerable<TheoryDataRow<string>> Variances() =>
        OptimData.Sets().Where(set => OptimData.Of(set).Index().TryGetProperty("grass_variance", out _)).Select(set => new TheoryDataRow<string>(set));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Runs), DisableDiscoveryEnumeration = true)]
    public void Step_GoldenRun_FollowsTheReference(string set, int number, string name)
    {
        OptimData data = OptimData.Of(set);
        JsonElement run = data.Index("grass_runs")[number], matrices = run.GetProperty("matrices");
        using SafetensorsFile golden = data.Open("grass_flora.safetensors"), inputs = data.Open("galore_inputs.safetensors");
        using RecordedLayers layers = RecordedLayers.Of(inputs);
        GrassOptions options = Options(run, string.Join('|', matrices.EnumerateObject().Select(matrix => $"^{matrix.Name}$")));
        int step = 0;
        using ProjectedOptimizer optimizer = new(layers.Context(), options, matrix => new GrassMatrix(matrix, options, new(1))
        {
            Chooser = (squares, draws) =>
            {
                JsonElement refresh = matrices.GetProperty(matrix.Slot.Name).GetProperty("refresh").GetProperty(step.ToString(CultureInfo.InvariantCulture));
                double[] norms = [.. refresh.GetProperty("row_norms").EnumerateArray().Select(value => value.GetDouble())];
                long[] lines = [.. refresh.GetProperty("sigma").EnumerateArray().Select(value => value.GetInt64())];
                float[] rho = [.. refresh.GetProperty("rho").EnumerateArray().Select(value => (float)value.GetDouble())];
                Assert.All(norms.Zip(squares), pair => Assert.Equal(1, Math.Sqrt(pair.Second) / pair.First, 1e-5));
                (long[] Lines, float[] Scales) own = LineSampling.Choose(options, lines.Length, norms.Length, squares, draws)!.Value;
                if (options.Selection == LineScheme.Top)
                {
                    Assert.Equal(lines, own.Lines);
                    Assert.Equal(rho, own.Scales);
                }

                return (lines, rho);
            },
        });
        string[] chosen = [.. optimizer.Matrices.Select(matrix => matrix.Matrix.Slot.Name)];
        Assert.Equal(matrices.EnumerateObject().Select(matrix => matrix.Name).Order(), chosen.Order());
        Dictionary<string, float[]> gradients = chosen.ToDictionary(matrix => matrix, matrix => OptimData.Floats(inputs, $"grad.{matrix}"));
        int compared = 0;
        for (; step < 50; step++)
        {
            RecordedLayers.Step(optimizer, run.GetProperty("lr").GetDouble(),
                matrix => OptimData.Row(gradients[matrix], step, layers.Parameters.Layout[matrix].Count));
            foreach (string matrix in chosen)
            {
                bool byColumns = matrices.GetProperty(matrix).GetProperty("selects").GetString() == "columns";
                foreach ((string kind, float[] found) in new[] { ("param", layers.Values(matrix)),
                    ("m", RecordedLayers.State(optimizer, $"exp_avg.{matrix}")), ("v", RecordedLayers.State(optimizer, $"exp_avg_sq.{matrix}")) })
                {
                    string key = $"grass.{name}.{step + 1}.{kind}.{matrix}";
                    if (golden.Entries.ContainsKey(key))
                    {
                        // The reference keeps the state of columns as rows.
                        float[] expected = OptimData.Floats(golden, key);
                        Near(byColumns && kind != "param" ? RecordedLayers.Transposed(expected, golden[key].Shape[0]) : expected, found, 1e-5);
                        compared++;
                    }
                }
            }
        }

        Assert.Equal(golden.Entries.Keys.Count(key => key.StartsWith($"grass.{name}.", StringComparison.Ordinal)), compared);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Variances), DisableDiscoveryEnumeration = true)]
    public void Choose_EveryOutcome_HasTheErrorOfTheIdentities(string set)
    {
        JsonElement variance = OptimData.Of(set).Index().GetProperty("grass_variance");
        double[][] rows = [.. variance.GetProperty("G").EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray())];
        double[] squares = [.. rows.Select(row => row.Sum(value => value * value))];
        int compared = 0;
        foreach (JsonElement identity in variance.GetProperty("identities").EnumerateArray())
        {
            int r = identity.GetProperty("r").GetInt32();
            string scheme = identity.GetProperty("scheme").GetString()!;
            double expected = identity.TryGetProperty("squared_error", out JsonElement exact)
                ? exact.GetDouble() : identity.GetProperty("expected_squared_error").GetDouble();
            GrassOptions options = new() { Selection = Scheme(scheme), Replacement = scheme != "top" };
            (double mean, double error) = MeanError(options, r, rows, squares, expected);
            Assert.InRange(Math.Abs(mean - expected), 0, error);
            compared++;
        }

        Assert.True(compared > 0);
    }

    internal static LineScheme Scheme(string name) => name switch
    {
        "norm" => LineScheme.Norm,
        "norm2" => LineScheme.NormSquared,
        "uniform" => LineScheme.Uniform,
        "top" => LineScheme.Top,
        _ => throw new ArgumentException(name),
    };

    /// <summary>The mean of |P P^T G - G|^2 over draws, and six standard errors of it.</summary>
    private static (double Mean, double Bound) MeanError(GrassOptions options, int r, double[][] rows, double[] squares, double expected)
    {
        Palimpsest.Numerics.RandomStream random = new(3, options.Selection.ToString());
        int draws = options.Selection == LineScheme.Top ? 1 : 200_000;
        double sum = 0, sumOfSquares = 0;
        for (int i = 0; i < draws; i++)
        {
            (long[] lines, float[] scales) = LineSampling.Choose(options, r, rows.Length, squares, random)!.Value;
            double[] factors = new double[rows.Length]; // diagonal of P P^T
            for (int j = 0; j < r; j++)
            {
                factors[lines[j]] += scales[j] * (double)scales[j];
            }

            double error = squares.Select((square, line) => square * Math.Pow(factors[line] - 1, 2)).Sum();
            (sum, sumOfSquares) = (sum + error, sumOfSquares + (error * error));
        }

        double mean = sum / draws, deviation = Math.Sqrt(Math.Max(0, (sumOfSquares / draws) - (mean * mean)) / draws);
        return (mean, (6 * deviation) + (1e-5 * expected));
    }

    private static GrassOptions Options(JsonElement run, string match) => new()
    {
        Match = match,
        Rank = run.GetProperty("r").ValueKind == JsonValueKind.Number ? run.GetProperty("r").GetInt32() : null,
        RankFraction = run.GetProperty("r").ValueKind == JsonValueKind.Number ? null : 1,
        Every = run.GetProperty("K").GetInt32(),
        Beta1 = run.GetProperty("betas")[0].GetDouble(),
        Beta2 = run.GetProperty("betas")[1].GetDouble(),
        Epsilon = run.GetProperty("eps").GetDouble(),
        Scale = RecordedLayers.Number(run, "alpha", 1),
        Warmup = (int)RecordedLayers.Number(run, "warm", 0),
        Selection = run.TryGetProperty("scheme", out JsonElement scheme) ? Scheme(scheme.GetString()!) : LineScheme.Top,
        Replacement = run.TryGetProperty("scheme", out JsonElement drawn) && drawn.GetString() != "top",
        OnRefresh = !run.TryGetProperty("on_refresh", out JsonElement kept) ? MomentsOnRefresh.Reset
            : kept.GetString() == "keep" ? MomentsOnRefresh.Keep : MomentsOnRefresh.Carry,
    };

    internal static void Near(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance * Math.Max(1, Math.Abs(pair.First))));
    }
}
