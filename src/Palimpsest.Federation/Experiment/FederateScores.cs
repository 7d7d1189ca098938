using Palimpsest.Evaluation;
using Palimpsest.Federation.Rounds;

namespace Palimpsest.Federation.Experiment;

/// <summary>What an evaluation found with each client that was asked; those that hold nothing out are left out.</summary>
/// <param name="Round">Rounds taken.</param>
/// <param name="Clients">Their numbers, ascending.</param>
/// <param name="Loss">One figure a client: held-out nats over tokens, or over items of a classification.</param>
/// <param name="Accuracy">Right items over items, one figure a client; null where nothing can be right.</param>
public sealed record FederateScores(int Round, IReadOnlyList<int> Clients, Measurement Loss, Measurement? Accuracy)
{
    /// <summary>Takes scores together.</summary>
    /// <param name="round">Rounds taken.</param>
    /// <param name="found">By client.</param>
    /// <param name="labels">Classes to choose among, 0 for none.</param>
    internal static FederateScores Of(int round, IReadOnlyList<(int Client, ClientScore Score)> found, int labels)
    {
        (int Client, ClientScore Score)[] asked = [.. found.Where(item => item.Score.Items > 0)];
        return new FederateScores(
            round,
            [.. asked.Select(item => item.Client)],
            new Measurement
            {
                Metric = "held_out_loss",
                Label = $"held-out {(labels > 0 ? "items, nats an item" : "answers, nats a token")}",
                Unit = MeasurementUnit.Number,
                Numerators = [.. asked.Select(item => item.Score.Loss)],
                Denominators = [.. asked.Select(item => item.Score.Elements)],
            },
            asked.Any(item => double.IsNaN(item.Score.Correct)) ? null : new Measurement
            {
                Metric = "accuracy",
                Label = "held-out items, answered rightly",
                Unit = MeasurementUnit.Share,
                Numerators = [.. asked.Select(item => item.Score.Correct)],
                Denominators = [.. asked.Select(item => (double)item.Score.Items)],
            });
    }
}
