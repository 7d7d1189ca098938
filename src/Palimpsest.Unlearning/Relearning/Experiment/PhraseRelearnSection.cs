using Palimpsest.Common;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>How the models learn again.</summary>
public sealed record PhraseRelearnSection : IValidated
{
    /// <summary>What they learn again.</summary>
    /// <value>The default is all four.</value>
    public IReadOnlyList<PhraseSet> Sets { get; init; } = Enum.GetValues<PhraseSet>();

    /// <summary>Steps, the whole set in each.</summary>
    /// <value>The default is 60.</value>
    public int Steps { get; init; } = 60;

    /// <summary>Learning rate, constant.</summary>
    /// <value>The default is 3e-4.</value>
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>Steps between two questions.</summary>
    /// <value>The default is 5.</value>
    public int EvaluateEvery { get; init; } = 5;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Sets.Count == 0 || Sets.Distinct().Count() < Sets.Count)
        {
            yield return "sets must name each set once.";
        }

        if (Steps < 1 || EvaluateEvery < 1 || EvaluateEvery > Steps || !(LearningRate > 0))
        {
            yield return "steps must be at least 1, evaluate_every from 1 to steps, and learning_rate above 0.";
        }
    }
}
