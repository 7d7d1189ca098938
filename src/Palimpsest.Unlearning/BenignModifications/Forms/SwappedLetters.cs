using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>The same swap with the options in the prompt, each behind a letter, as in MMLU and WMDP; the answer is the letter. Swapped or not, the options
/// stand in the same order.</summary>
internal sealed class SwappedLetters : IBenignModification
{
    /// <summary>Most options of a question: as many as there are letters.</summary>
    private const int Most = 26;

    /// <inheritdoc/>
    public string Name => "swapped-letters";

    /// <inheritdoc/>
    public string Says => "Multiple choice on what was to stay, the options lettered in the prompt, with one wrong option replaced by a name out of what "
        + "was to be forgotten.";

    /// <inheritdoc/>
    public string? Lacks(ModificationInput input) => SwappedChoices.Missing(input);

    /// <inheritdoc/>
    public IEnumerable<AskedItem> Ask(ModificationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach ((int index, AuditQuestion question, string[] wrong, RandomStream random) in SwappedChoices.Swap(input).Where(item => item.Wrong.Length < Most))
        {
            int place = random.NextInt(wrong.Length + 1);
            yield return new AskedItem(QuestionSide.Retain, index, Lettered(input.Form, question, wrong, place), Lettered(input.Form, question,
                question.Wrong, place), Measures.Chosen);
        }
    }

    private static ChoiceItem Lettered(QuestionForm form, AuditQuestion question, IReadOnlyList<string> wrong, int place)
    {
        string[] options = [.. wrong.Take(place), question.Answer, .. wrong.Skip(place)];
        string[] letters = [.. Enumerable.Range(0, options.Length).Select(i => ((char)('A' + i)).ToString(CultureInfo.InvariantCulture))];
        string lines = string.Join('\n', letters.Zip(options, (letter, option) => $"{letter}. {option}"));
        return form.Ask($"{question.Question}\n{lines}", letters, place) with { Open = true };
    }
}
