namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>The question in other words: all of them that are known.</summary>
internal sealed class Paraphrase : IBenignModification
{
    /// <inheritdoc/>
    public string Name => "paraphrase";

    /// <inheritdoc/>
    public string Says => "The same question in other words.";

    /// <inheritdoc/>
    public string? Lacks(ModificationInput input) => Missing(input);

    /// <inheritdoc/>
    public IEnumerable<AskedItem> Ask(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.All.SelectMany(item => item.Question.Rephrased.Select(text =>
            new AskedItem(item.Side, item.Index, ModificationInput.Put(input.Form, text, item.Question),
                input.Plain(item.Question), Measures.All)));
    }

    /// <summary>Why nothing can be said in other words.</summary>
    internal static string? Missing(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.All.Any(item => item.Question.Rephrased.Count > 0) ? null : "no question is given in other words: add paraphrased_question to the files";
    }
}
