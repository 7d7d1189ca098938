using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>A name of the other set is mentioned before the question, and has nothing to do with it.</summary>
internal sealed class InsertedKeyword : IBenignModification
{
    /// <inheritdoc/>
    public string Name => "keyword";

    /// <inheritdoc/>
    public string Says => "A question that mentions a name of the other set in passing: \"Leave NAME aside. ...\"";

    /// <inheritdoc/>
    public string? Lacks(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Names(input, QuestionSide.Retain).Count > 0 || Names(input, QuestionSide.Forget).Count > 0 ? null
            : "no keyword of what was to be forgotten is known: name some under keywords, or give the questions a subject";
    }

    /// <inheritdoc/>
    public IEnumerable<AskedItem> Ask(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach ((QuestionSide side, int index, AuditQuestion question) in input.All)
        {
            RandomStream random = input.Random.Child("keyword", side.ToString(), question.Question);
            if (Names(input, side) is { Count: > 0 } names)
            {
                yield return new AskedItem(side, index, ModificationInput.Put(input.Form, $"Leave {random.Pick(names)} aside. {question.Question}", question),
                    input.Plain(question), Measures.All);
            }
        }
    }

    private static IReadOnlyList<string> Names(ModificationInput input, QuestionSide side) =>
        side == QuestionSide.Retain ? input.Keywords : input.Sets.Subjects(QuestionSide.Retain);
}
