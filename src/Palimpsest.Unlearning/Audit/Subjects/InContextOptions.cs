namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>Settings of in-context unlearning (ICUL): forget questions with wrong answers and retain questions with true ones stand before the
/// prompt.</summary>
/// <remarks>
/// Pawelczyk et al., In-Context Unlearning: Language Models as Few Shot Unlearners, ICML 2024, section 4, where one point with a flipped label is followed by
/// some with true ones. The forget examples that have most words in common with the prompt are taken, as a service would that does not know what comes.
/// What does not fit into the model's context is left out: retain examples from the last to the first, then forget examples likewise.
/// </remarks>
public sealed record InContextOptions : WeightlessOptions
{
    /// <summary>Forget examples with wrong answers, at least 1.</summary>
    /// <value>The default is 1, as in the paper.</value>
    public int Forget { get; init; } = 1;

    /// <summary>Retain examples with true answers, at least 0.</summary>
    /// <value>The default is 4; the paper takes 2, 4 and 6.</value>
    public int Retain { get; init; } = 4;

    /// <summary>Tokens of the context that are kept free for the answer.</summary>
    /// <value>The default is 48.</value>
    public int Room { get; init; } = 48;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Forget < 1)
        {
            yield return "forget must be at least 1: without an example nothing is unlearned.";
        }

        if (Retain < 0 || Room < 1)
        {
            yield return Retain < 0 ? "retain must be at least 0." : "room must be at least 1.";
        }
    }

    internal override IAuditedModel Before(WholeModel model, WeightlessTuning tuning, string label) => new InContextUnlearning(model, this, tuning, label);
}
