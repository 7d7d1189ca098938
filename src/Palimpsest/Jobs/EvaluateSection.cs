using Palimpsest.Common;

namespace Palimpsest.Jobs;

/// <summary>What is measured on a model: by a fine-tuning before and after, by an evaluation once.</summary>
public sealed record EvaluateSection : IValidated
{
    /// <summary>Other owners of the world, which are not trained on, whose facts are asked too.</summary>
    /// <value>The default is 4.</value>
    public int OtherOwners { get; init; } = 4;

    /// <summary>General texts of the world for the perplexity.</summary>
    /// <value>The default is 300.</value>
    public int GeneralTexts { get; init; } = 300;

    /// <summary>Samples in the report.</summary>
    /// <value>The default is 8.</value>
    public int Samples { get; init; } = 8;

    /// <summary>Whether samples hold the owner's text; if not, it is kept neither in the report nor in the run's folder.</summary>
    /// <value>The default is yes for the embedded world, which is fictional, and no for a file.</value>
    public bool? ShowSamples { get; init; }

    /// <summary>At most so many different completions count as labels to choose from.</summary>
    /// <value>The default is 20.</value>
    public int MostLabels { get; init; } = 20;

    /// <summary>Further examples whose answers are asked, each set with the probability of its answers.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<EvaluationSetSection> Sets { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (OtherOwners < 0 || GeneralTexts < 0 || Samples < 0 || MostLabels < 0)
        {
            yield return "other_owners, general_texts, samples and most_labels must be at least 0.";
        }

        if (Sets.Select(set => set.Name).Distinct(StringComparer.Ordinal).Count() < Sets.Count)
        {
            yield return "the names of sets must differ.";
        }
    }
}
