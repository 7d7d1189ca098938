using Palimpsest.Common;
using Palimpsest.Unlearning.Approximate.Losses;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>How the lists are learnt, and how the first of them are unlearnt.</summary>
public sealed record PhraseMethodSection : IValidated
{
    /// <summary>Steps of learning, all lists in each.</summary>
    /// <value>The default is 300.</value>
    public int LearnSteps { get; init; } = 300;

    /// <summary>Learning rate of learning.</summary>
    /// <value>The default is 1e-3.</value>
    public double LearnRate { get; init; } = 1e-3;

    /// <summary>The ways of unlearning.</summary>
    /// <value>The default is graddiff alone.</value>
    public IReadOnlyList<PhraseArmSection> Arms { get; init; } = [new() { Objective = new GradDiffOptions() }];

    /// <summary>Learning rate of unlearning, constant.</summary>
    /// <value>The default is 5e-4.</value>
    public double UnlearnRate { get; init; } = 5e-4;

    /// <summary>Most steps until no prompt gives the pair.</summary>
    /// <value>The default is 80.</value>
    public int UnlearnSteps { get; init; } = 80;

    /// <summary>Where relearning starts, as multiples of the steps after which no prompt gave the pair; at least 1.</summary>
    /// <value>The default is 1.</value>
    public IReadOnlyList<double> Depths { get; init; } = [1];

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (LearnSteps < 1 || UnlearnSteps < 1 || !(LearnRate > 0) || !(UnlearnRate > 0))
        {
            yield return "learn_steps and unlearn_steps must be at least 1, learn_rate and unlearn_rate above 0.";
        }

        if (Arms.Count == 0 || Depths.Count == 0 || Depths.Any(depth => !(depth >= 1 && depth <= 100)) || Depths.Distinct().Count() < Depths.Count)
        {
            yield return "arms must name a method, and depths different numbers from 1 to 100.";
        }
    }
}
