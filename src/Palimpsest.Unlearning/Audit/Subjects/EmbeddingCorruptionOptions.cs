namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>Settings of embedding-corrupted prompts: a classifier decides whether a prompt asks for what is to be forgotten, and the embeddings of the prompt's
/// tokens are then spoilt.</summary>
/// <remarks>
/// After Liu et al., Large Language Model Unlearning via Embedding-Corrupted Prompts, NeurIPS 2024: their classifier is a tuned RoBERTa and their strength is
/// optimised against a surrogate of the retrained model; here it is a logistic regression on hashed pairs of tokens, trained on the questions in the form they
/// are given in, and the strength an option. All tokens of the prompt are spoilt but the begin token.
/// </remarks>
public sealed record EmbeddingCorruptionOptions : WeightlessOptions
{
    /// <summary>What is done to the embeddings.</summary>
    /// <value>The default is noise.</value>
    public CorruptionKind Kind { get; init; } = CorruptionKind.Noise;

    /// <summary>Noise: its standard deviation, in root mean squares of the embedding matrix, above 0. Zero: the share of the width that is set to zero, in
    /// (0, 1].</summary>
    /// <value>The default is 1.</value>
    public double Strength { get; init; } = 1;

    /// <summary>Tokens in a row that are one feature of the classifier, with all shorter runs, from 1 to 4.</summary>
    /// <value>The default is 2.</value>
    public int NGrams { get; init; } = 2;

    /// <summary>L2 penalty of the classifier, above 0.</summary>
    /// <value>The default is 1e-4.</value>
    public double Penalty { get; init; } = 1e-4;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (!(Strength > 0 && double.IsFinite(Strength) && (Kind == CorruptionKind.Noise || Strength <= 1)))
        {
            yield return Kind == CorruptionKind.Noise ? "strength must be a number above 0." : "strength is the share that is set to zero: above 0 and at "
                + "most 1.";
        }

        if (NGrams is < 1 or > 4)
        {
            yield return "n_grams must lie between 1 and 4.";
        }

        if (!(Penalty > 0 && double.IsFinite(Penalty)))
        {
            yield return "penalty must be a number above 0.";
        }
    }

    internal override IAuditedModel Before(WholeModel model, WeightlessTuning tuning, string label) =>
        new EmbeddingCorruption(model, this, PromptClassifier.Train(model.Model.Tokenizer, this, tuning), tuning.Random.Child("eco"), label);
}
