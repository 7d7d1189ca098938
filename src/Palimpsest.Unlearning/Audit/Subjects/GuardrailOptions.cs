using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>Settings of a prompt guardrail: an instruction before the prompt, and a keyword filter on what comes in and goes out.</summary>
/// <remarks>Thaker et al., Guardrail Baselines for Unlearning in LLMs, 2024.</remarks>
public sealed record GuardrailOptions : WeightlessOptions
{
    /// <summary>Names that are not to be talked about, matched as whole words without regard to case.</summary>
    /// <value>The default is none: the subjects of the forget questions.</value>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>Whether an instruction to refuse stands before every prompt. A model that follows no instructions is only confused by it.</summary>
    /// <value>The default is true.</value>
    public bool Prefix { get; init; } = true;

    /// <summary>Whether prompts with a keyword are refused without asking the model.</summary>
    /// <value>The default is true.</value>
    public bool FilterInput { get; init; } = true;

    /// <summary>Whether answers with a keyword are held back.</summary>
    /// <value>The default is true.</value>
    public bool FilterOutput { get; init; } = true;

    /// <summary>What is said instead of an answer.</summary>
    /// <value>The default is "I don't know."</value>
    public string Refusal { get; init; } = "I don't know.";

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Keywords.Any(string.IsNullOrWhiteSpace))
        {
            yield return "keywords must not be empty.";
        }

        if (string.IsNullOrWhiteSpace(Refusal))
        {
            yield return "refusal must say something.";
        }

        if (!Prefix && !FilterInput && !FilterOutput)
        {
            yield return "prefix, filter_input and filter_output are all off: nothing would be guarded.";
        }
    }

    internal override IAuditedModel Before(WholeModel model, WeightlessTuning tuning, string label)
    {
        IReadOnlyList<string> keywords = Keywords.Count > 0 ? Keywords : tuning.Sets.Subjects(QuestionSide.Forget);
        return keywords.Count > 0 ? new Guardrail(model, this, keywords, tuning.Random.Child("guardrail"), label)
            : throw new PalimpsestException("A guardrail needs names that are not to be talked about: name some under keywords, or give the forget "
            + "questions a subject.");
    }
}
