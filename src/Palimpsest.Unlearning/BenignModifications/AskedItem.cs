using Palimpsest.Evaluation;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>A question as a modification puts it.</summary>
/// <param name="Side">The set that the question is of.</param>
/// <param name="Question">Its place in that set.</param>
/// <param name="Item">The modified prompt; its completions are the question's answers, the true one marked.</param>
/// <param name="Unmodified">The same question without the modification, put so that the same measures mean the same.</param>
/// <param name="Measures">What is measured of it.</param>
public sealed record AskedItem(QuestionSide Side, int Question, ChoiceItem Item, ChoiceItem Unmodified, IReadOnlyList<BenignMeasure> Measures)
{
    /// <summary>Makes of the model's own greedy answer to the item's prompt what is scored in its place: the question behind what the model has said itself.
    /// Null where the item is scored as it is.</summary>
    public Func<string, ChoiceItem>? AfterOwn { get; init; }
}
