using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>A forget question and a retain question in one prompt, in both orders. Each answer is scored at its place: the first as it is, the second behind
/// the first, which is the true one or the model's own.</summary>
/// <remarks>Thaker et al., section on dependencies between forget and retain queries; Hu et al., BLUR, 2025, for the numbered layout. Every forget question
/// meets one retain question, no retain question twice before all were used.</remarks>
internal sealed class PairedQuestions(string name, PairLayout layout, bool own) : IBenignModification
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Says => $"A question on what was to be forgotten and one on what was to stay, in one prompt "
        + $"({(layout == PairLayout.And ? "\"q1 And q2\"" : "\"1. q1 2. q2\"")}), in both orders{(own ? "; the second answer is scored behind the model's "
        + $"own first" : "")}.";

    /// <inheritdoc/>
    public string? Lacks(ModificationInput input) => null;

    /// <inheritdoc/>
    public IEnumerable<AskedItem> Ask(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        (int Forget, int Retain)[] pairs = Pairs(input.Sets, input.Random.Child("pairs"));
        return pairs.SelectMany(pair => Both(input, (QuestionSide.Forget, pair.Forget), (QuestionSide.Retain, pair.Retain))
            .Concat(Both(input, (QuestionSide.Retain, pair.Retain), (QuestionSide.Forget, pair.Forget))));
    }

    /// <summary>Pairs with different answers where there are such; with equal ones nobody could tell which of the two was given.</summary>
    private static (int, int)[] Pairs(QuestionSets sets, RandomStream random)
    {
        List<int> left = [];
        (int, int)[] pairs = new (int, int)[sets.Forget.Count];
        for (int i = 0; i < pairs.Length; i++)
        {
            if (left.Count == 0)
            {
                int[] order = [.. Enumerable.Range(0, sets.Retain.Count)];
                random.Shuffle(order.AsSpan());
                left.AddRange(order);
            }

            int at = Math.Max(0, left.FindIndex(retain => !ExactMatch.Same(sets.Retain[retain].Answer, sets.Forget[i].Answer)));
            pairs[i] = (i, left[at]);
            left.RemoveAt(at);
        }

        return pairs;
    }

    private IEnumerable<AskedItem> Both(ModificationInput input, (QuestionSide Side, int Index) one, (QuestionSide Side, int Index) two)
    {
        AuditQuestion first = input.Sets[one.Side][one.Index], second = input.Sets[two.Side][two.Index];
        string text = layout.Ask(first, second);
        if (!own)
        {
            yield return new AskedItem(one.Side, one.Index, At(input, text, first, layout.BeforeFirst, layout.SecondAnswer + " " + second.Answer),
                input.Plain(first) with { Open = true }, Measures.All);
        }

        ChoiceItem behind = At(input, text, second, layout.BeforeSecond(first.Answer), "");
        yield return new AskedItem(two.Side, two.Index, behind, input.Plain(second), own ? Measures.Likelihoods : Measures.All)
        {
            AfterOwn = own ? said => At(input, text, second, layout.BeforeSecond(layout.FirstOf(said)), "") : null,
        };
    }

    // The chat's last message has to be the whole answer, so it is asked with that and then cut to the slot.
    private static ChoiceItem At(ModificationInput input, string text, AuditQuestion question, string before, string behind)
    {
        ChoiceItem whole = input.Form.Ask(text, [$"{before} {question.Answer}{behind}".TrimStart()], 0);
        return whole with
        {
            Choices = [.. question.Wrong.Prepend(question.Answer).Select(answer => " " + answer)],
            Begun = before,
            Open = behind.Length > 0,
        };
    }
}
