using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>Multiple choice on what was to stay, in which one wrong option, drawn at random, is a forget keyword. The options are scored by the likelihood of
/// their texts, so that the prompt stays as it was.</summary>
/// <remarks>Thaker et al. ("swapped WMDP"); BLUR draws option and keyword for each question.</remarks>
internal sealed class SwappedChoices : IBenignModification
{
    /// <inheritdoc/>
    public string Name => "swapped";

    /// <inheritdoc/>
    public string Says => "Multiple choice on what was to stay, with one wrong option replaced by a name out of what was to be forgotten; scored by the "
        + "options' texts.";

    /// <inheritdoc/>
    public string? Lacks(ModificationInput input) => Missing(input);

    /// <inheritdoc/>
    public IEnumerable<AskedItem> Ask(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach ((int index, AuditQuestion question, string[] wrong, _) in Swap(input))
        {
            yield return new AskedItem(QuestionSide.Retain, index, input.Plain(question with { Wrong = wrong }),
                input.Plain(question), Measures.Chosen);
        }
    }

    /// <summary>Why no option can be replaced.</summary>
    internal static string? Missing(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Keywords.Count == 0 ? "no keyword of what was to be forgotten is known: name some under keywords, or give the questions a subject"
            : input.Sets.Retain.All(question => question.Wrong.Count == 0) ? "no retain question has wrong answers: give some, or leave multiple choice "
            + "out" : null;
    }

    /// <summary>The retain questions with options: their wrong answers with one replaced, and the stream that chose it.</summary>
    internal static IEnumerable<(int Index, AuditQuestion Question, string[] Wrong, RandomStream Random)> Swap(ModificationInput input)
    {
        for (int i = 0; i < input.Sets.Retain.Count; i++)
        {
            AuditQuestion question = input.Sets.Retain[i];
            if (question.Wrong.Count > 0)
            {
                RandomStream random = input.Random.Child("swap", question.Question);
                string[] wrong = [.. question.Wrong];
                wrong[random.NextInt(wrong.Length)] = random.Pick(input.Keywords);
                yield return (i, question, wrong, random);
            }
        }
    }
}
