using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Metrics;
using Palimpsest.Models.Transformers;
using Palimpsest.Tests.Training.Objectives;

namespace Palimpsest.Tests.Unlearning.Approximate;

/// <summary>Scores of membership and memorisation of every row of the reference set, in f64.</summary>
public sealed class GoldenScoresTests
{
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GoldenObjectives.Folders), MemberType = typeof(GoldenObjectives))]
    public void Scores_EveryRow_EqualReference(string folder)
    {
        GoldenObjectives golden = new(folder);
        using CausalModel reference = golden.Model("reference.safetensors");
        int compared = 0;
        foreach (JsonProperty section in golden.Json("scores.json").EnumerateObject())
        {
            string[] parts = section.Name.Split('.');
            using CausalModel model = golden.Model(parts[0] == "policy" ? null : parts[0] + ".safetensors");
            TokenBatch batch = golden.Batch(parts[1]);
            TokenPrediction[][] rows = TokenPredictions.Of(model, batch), others = TokenPredictions.Of(reference, batch);
            foreach ((int row, JsonElement expected) in section.Value.EnumerateArray().Index())
            {
                TokenPrediction[] all = rows[row], scored = all[..^1]; // the last label is taken for the end token
                foreach (JsonProperty score in expected.EnumerateObject().Where(score => score.Value.ValueKind == JsonValueKind.Number))
                {
                    if (Score(score.Name, all, scored, others[row], () => Gradient(model, batch, row)) is double found)
                    {
                        double wanted = score.Value.GetDouble();
                        Assert.True(Math.Abs(found - wanted) <= 1e-9 * Math.Max(1e-3, Math.Abs(wanted)),
                            $"{section.Name} row {row} {score.Name}: {found:R}, not {wanted:R}");
                        compared++;
                    }
                }
            }
        }

        Assert.True(compared > 0);
    }

    private static double? Score(string name, TokenPrediction[] all, TokenPrediction[] scored, TokenPrediction[] reference, Func<double> gradient)
    {
        string[] parts = name.Split('_');
        double Share() => double.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture);
        return name switch
        {
            "n_labels" => all.Length,
            "loss" => Memorisation.Loss(all),
            "reference" => Memorisation.Loss(all) - Memorisation.Loss(reference),
            "normalised_probability" => Math.Exp(-Memorisation.Loss(all)),
            "gradnorm" => gradient(),
            "exact_memorisation" => Memorisation.Exact(scored),
            "extraction_strength" => Memorisation.ExtractionStrength(scored),
            "extraction_strength_published" => Memorisation.ExtractionStrength(scored, floor: true),
            "smallest_argmax_margin" => null, // how safe the reference's argmaxes are
            _ when scored.Length == 0 => null, // the reference gives 0 to rows without a token; here they have no score
            _ when name.StartsWith("min_k++", StringComparison.Ordinal) => Memorisation.MinKPlusPlus(scored, Share()),
            _ when name.StartsWith("min_k_", StringComparison.Ordinal) => Memorisation.MinK(scored, Share()),
            _ => throw new InvalidOperationException($"No score is called {name}."),
        };
    }

    private static double Gradient(CausalModel model, TokenBatch batch, int row)
    {
        int from = row * batch.Time;
        (int At, long Target)[] targets = [.. batch.Rows.Zip(batch.Targets).Where(item => item.First / batch.Time == row).Select(item =>
            ((int)item.First - from + 1, item.Second)).SkipLast(1)];
        bool[] mask = new bool[targets[^1].At + 1];
        Array.ForEach(targets, target => mask[target.At] = true);
        return GradientNorm.Measure(model, [new TokenSequence([.. batch.Ids.Skip(from).Take(mask.Length).Select(id => (int)id)], 0, mask)])[0];
    }
}
