using Palimpsest.Common;

namespace Palimpsest.Federation.Experiment;

/// <summary>What is measured in the course of the rounds, before the first and after the last.</summary>
public sealed record FederateEvaluateSection : IValidated
{
    /// <summary>Most clients whose held-out items are asked, drawn once; 0 for all.</summary>
    /// <value>The default is 200.</value>
    public int Clients { get; init; } = 200;

    /// <summary>Most held-out items of a client, spread evenly over all of them; 0 for all.</summary>
    /// <value>The default is 10.</value>
    public int Items { get; init; } = 10;

    /// <summary>Bytes both ways at which the figures are results of their own: those of the last evaluation that had cost no more.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<long> BytesAt { get; init; } = [];

    /// <summary>Accuracies whose price in bytes is a result of its own: what had been sent when an evaluation first reached them.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<double> AccuracyAt { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Clients < 0 || Items < 0 || BytesAt.Any(bytes => bytes < 0))
        {
            yield return "clients, items and bytes_at must be at least 0.";
        }

        if (AccuracyAt.Any(accuracy => accuracy is not (> 0 and <= 1)))
        {
            yield return "accuracy_at must hold shares above 0 and at most 1, such as 0.8.";
        }
    }
}
