using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Reasoning.Experiment;

/// <summary>The figures of a run, as claims look at them.</summary>
internal static class ReasoningFigures
{
    public static IReadOnlyList<ClaimResult> Of(ReasoningRecipe recipe, ReasoningResult result)
    {
        List<ClaimResult> figures = [];
        foreach (ReasoningCell cell in result.Cells)
        {
            void Add(string metric, double? value, IReadOnlyList<double>? items = null)
            {
                if (value is double number && double.IsFinite(number))
                {
                    figures.Add(new ClaimResult(cell.Arm, metric, recipe.Seed, number)
                    {
                        Items = items ?? [],
                        At = new Dictionary<string, string>(StringComparer.Ordinal) { ["problems"] = cell.Problems.ToString(CultureInfo.InvariantCulture) },
                    });
                }
            }

            double[] right = Items(cell.Score.Right);
            Add("accuracy", cell.Score.Accuracy, right);
            Add("error", 1 - cell.Score.Accuracy, [.. right.Select(value => 1 - value)]);
            Add("first_step_accuracy", cell.Score.FirstStep, Items(cell.Score.FirstSteps ?? ""));
            Add("cue_free_accuracy", result.Cells.All(own => double.IsNaN(own.Score.UnderCue)) ? null : cell.Score.CueFree);
            Add("cued_accuracy", cell.Score.UnderCue);
            Add("shortcut_rate", cell.Score.ShortcutRate);
            Add("lucky", cell.Score.Lucky / (double)Math.Max(1, right.Sum()));
            Add("unreadable", cell.Score.Unreadable / (double)right.Length);
            Add("pairs", cell.Notes.Pairs);
            Add("pit_precision", cell.Notes.PitPrecision);
            Add("pits_on_first_step", cell.Notes.PitsOnFirstStep);
            if (cell.Arm != ReasoningJob.Sft)
            {
                Add("efficiency_ratio", Ratio(result, cell).Value);
            }
        }

        ReasoningCell[] curve = [.. result.Of(ReasoningJob.Sft)];
        if (curve.Length > 1 && curve[0].Score.Accuracy < 1)
        {
            figures.Add(new ClaimResult(ReasoningJob.Sft, "final_error_ratio", recipe.Seed, (1 - curve[^1].Score.Accuracy) / (1 - curve[0].Score.Accuracy)));
        }

        return figures;
    }

    /// <summary>The efficiency of an arm against the demonstrations alone.</summary>
    public static EfficiencyRatio Ratio(ReasoningResult result, ReasoningCell cell) => EfficiencyRatio.Of(
        [.. result.Of(ReasoningJob.Sft).Select(own => (own.Problems, Mistakes(own.Score.Right)))], cell.Problems, Mistakes(cell.Score.Right),
            cell.Score.Right.Length);

    /// <summary>Its percentile interval over the questions of the test, which all arms share: the curve moves with the arm.</summary>
    public static Interval RatioInterval(ReasoningRecipe recipe, ReasoningResult result, ReasoningCell cell)
    {
        ReasoningCell[] sft = [.. result.Of(ReasoningJob.Sft)];
        return Bootstrap.Of([.. Enumerable.Range(0, cell.Score.Right.Length)], drawn =>
        {
            double[] wrong = new double[sft.Length + 1];
            foreach (int question in drawn)
            {
                for (int i = 0; i <= sft.Length; i++)
                {
                    wrong[i] += (i < sft.Length ? sft[i] : cell).Score.Right[question] == '0' ? 1 : 0;
                }
            }

            return EfficiencyRatio.Of([.. sft.Select((own, i) => (own.Problems, wrong[i]))], cell.Problems, wrong[^1], drawn.Length).Value;
        }, new RandomStream(recipe.Seed, "reasoning", "ratio", cell.Arm), resamples: recipe.Evaluate.Resamples);
    }

    private static double[] Items(string letters) => [.. letters.Select(letter => letter == '1' ? 1.0 : 0)];

    private static double Mistakes(string right) => right.Count(letter => letter == '0');
}
