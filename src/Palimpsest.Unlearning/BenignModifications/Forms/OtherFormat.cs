using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>The same question with other words around it.</summary>
internal sealed class OtherFormat : IBenignModification
{
    private static readonly string[] s_templates = ["Q: {question}\nA:", "{question}", "Please answer this question: {question}\nAnswer:"];

    /// <inheritdoc/>
    public string Name => "format";

    /// <inheritdoc/>
    public string Says => "The same question with other words around it, such as \"Q: ... A:\".";

    /// <inheritdoc/>
    public string? Lacks(ModificationInput input) => null;

    /// <inheritdoc/>
    public IEnumerable<AskedItem> Ask(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.All.SelectMany(item => Others(input.Form).Select(form =>
            new AskedItem(item.Side, item.Index, ModificationInput.Put(form, item.Question.Question, item.Question),
                input.Plain(item.Question), Measures.All)));
    }

    /// <summary>Other forms than the one that is used.</summary>
    internal static IEnumerable<QuestionForm> Others(QuestionForm form) =>
        s_templates.Where(template => template != form.Template).Select(template => form with { Template = template });
}
