using Palimpsest.Evaluation;

namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>No question at all: the beginning of a sentence that the answer completes.</summary>
internal sealed class Completion : IBenignModification
{
    /// <inheritdoc/>
    public string Name => "statement";

    /// <inheritdoc/>
    public string Says => "The beginning of a sentence instead of a question: \"NAME lives in\".";

    /// <inheritdoc/>
    public string? Lacks(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Form.Chat ? "a chat has no sentence to go on with: take a plain form for it"
            : input.All.Any(item => item.Question.Openings.Count > 0) ? null : "no question comes with the beginning of a sentence that its answer completes";
    }

    /// <inheritdoc/>
    public IEnumerable<AskedItem> Ask(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.All.SelectMany(item => item.Question.Openings.Select(opening => new AskedItem(item.Side, item.Index,
            new ChoiceItem(opening, [.. item.Question.Wrong.Prepend(item.Question.Answer).Select(answer => " " + answer)], 0) { Open = true },
            input.Plain(item.Question) with { Open = true }, Measures.All)));
    }
}
