using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>Ambiguous targets: other words in another form, neither of which a filter, a classifier or a loss was tuned to. What was to be forgotten is the
/// fact; what was given are some questions on it.</summary>
/// <remarks>Thaker et al., on methods that overfit the given queries. The last of the known wordings is taken, in the first other form.</remarks>
internal sealed class OtherWordsAndFormat : IBenignModification
{
    /// <inheritdoc/>
    public string Name => "ambiguous";

    /// <inheritdoc/>
    public string Says => "The same question in other words and in another form at once, which nothing was tuned to.";

    /// <inheritdoc/>
    public string? Lacks(ModificationInput input) => Paraphrase.Missing(input);

    /// <inheritdoc/>
    public IEnumerable<AskedItem> Ask(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        QuestionForm form = OtherFormat.Others(input.Form).First();
        return input.All.Where(item => item.Question.Rephrased.Count > 0).Select(item =>
            new AskedItem(item.Side, item.Index, ModificationInput.Put(form, item.Question.Rephrased[^1], item.Question),
                input.Plain(item.Question), Measures.All));
    }
}
