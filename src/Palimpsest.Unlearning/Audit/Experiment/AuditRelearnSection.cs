using Palimpsest.Common;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>Which relearning attacks are tried, the first ones first.</summary>
public sealed record AuditRelearnSection : IValidated
{
    /// <summary>What is learnt again.</summary>
    /// <value>The default is public text, the same format about others, prefixes up to the answer, random tokens, and the answers themselves, which say how
    /// much there is to be learnt at all.</value>
    public IReadOnlyList<RelearnSetOptions> Sets { get; init; } =
        [new PublicText(), new SameFormat(), new AnswerPrefix(), new Gibberish(), new DirectAnswers()];

    /// <summary>How it is learnt.</summary>
    public RelearnOptions Options { get; init; } = new();

    /// <summary>Forms in which the weights are rounded, without any training.</summary>
    /// <value>The default is 8 bits and 4-bit NormalFloat.</value>
    public IReadOnlyList<RoundingForm> Rounding { get; init; } = [RoundingForm.Int8, RoundingForm.Nf4];

    /// <summary>Answers that are drawn for each question at temperature 1; 0 for none.</summary>
    /// <value>The default is 8.</value>
    public int Samples { get; init; } = 8;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Samples is < 0 or > 1000)
        {
            yield return "samples must be from 0 (none) to 1000.";
        }

        if (Sets.Select(Runs.Recipes.RecipeChoices.NameOf).Distinct(StringComparer.Ordinal).Count() < Sets.Count)
        {
            yield return "a relearning set is named twice.";
        }
    }
}
