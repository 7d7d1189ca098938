using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Rounds;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Federation.Experiment;

/// <summary>The figures of a federation, as claims and comparisons look at them.</summary>
internal static class FederateFigures
{
    /// <summary>All figures: of the model, and of the one before it.</summary>
    public static IReadOnlyList<ClaimResult> Of(FederateRecipe recipe, FederateResult result)
    {
        const string model = "model", before = "before";
        List<ClaimResult> figures = [];
        void Add(string metric, double value, string? place = null, string at = "") => figures.Add(new ClaimResult(model, metric, recipe.Seed, value)
        {
            At = place is null ? new Dictionary<string, string>() : new Dictionary<string, string>(StringComparer.Ordinal) { [place] = at },
        });

        foreach ((string arm, FederateScores scores) in new[] { (before, result.Before), (model, result.After) })
        {
            figures.Add(scores.Loss.ToResult(arm, recipe.Seed));
            if (scores.Accuracy is { } accuracy)
            {
                figures.Add(accuracy.ToResult(arm, recipe.Seed));
            }
        }

        // Clients of a tier are asked with the model that their tier gets.
        FederatedAlgorithm algorithm = FederatedAlgorithmRegistry.Create(recipe.Method.Algorithm);
        for (int tier = 0; algorithm.Groups > 1 && result.After.Accuracy is { } all && tier < algorithm.Groups; tier++)
        {
            int[] own = [.. result.After.Clients.Index().Where(client => algorithm.GroupOf(client.Item) == tier).Select(client => client.Index)];
            if (own.Length > 0)
            {
                Measurement part = all with { Numerators = [.. own.Select(i => all.Numerators[i])], Denominators = [.. own.Select(i => all.Denominators[i])] };
                Add(part.Metric, part.Value, "tier", tier.ToString(CultureInfo.InvariantCulture));
            }
        }

        foreach (long bytes in recipe.Evaluate.BytesAt)
        {
            FederatePoint point = result.Curve.Last(point => point.Bytes <= bytes);
            string at = bytes.ToString(CultureInfo.InvariantCulture);
            Add("held_out_loss_at", point.Loss, "bytes", at);
            if (point.Accuracy is double share)
            {
                Add("accuracy_at", share, "bytes", at);
            }
        }

        // A share that is never reached has no price, and a claim about it is inconclusive.
        foreach (double share in recipe.Evaluate.AccuracyAt)
        {
            if (result.Curve.FirstOrDefault(point => point.Accuracy >= share) is { } point)
            {
                Add("bytes_to", point.Bytes, "accuracy", share.ToString(CultureInfo.InvariantCulture));
            }
        }

        Add("bytes", result.Download.Bytes + result.Upload.Bytes);
        Add("bytes_down", result.Download.Bytes);
        Add("bytes_up", result.Upload.Bytes);
        Add("participation", result.Clients.Average(client => client.Answers > 0 ? 1.0 : 0.0));
        Add("refusals", result.Refusals.Count);
        Add("seconds", result.Seconds);
        return figures;
    }
}
