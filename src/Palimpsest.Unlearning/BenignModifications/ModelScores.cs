using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Metrics;
using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>Scores of one model by all measures; what was asked once is not asked again.</summary>
internal sealed class ModelScores(IAuditedModel model, int maxNewTokens)
{
    private const int LongestKeyword = 5;
    private readonly Dictionary<string, double> _probabilities = new(StringComparer.Ordinal), _choices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);

    /// <summary>Scores items.</summary>
    /// <param name="measure">How.</param>
    /// <param name="items">The items.</param>
    /// <param name="references">For <see cref="BenignMeasure.Text"/> the true answers, for <see cref="BenignMeasure.Recall"/> what the original model
    /// says.</param>
    public double[] Of(BenignMeasure measure, IReadOnlyList<ChoiceItem> items, IReadOnlyList<string> references) => measure switch
    {
        BenignMeasure.Probability => Remembered(_probabilities, items, Key, model.Probability),
        BenignMeasure.Choice => Remembered(_choices, items, Key, fresh => [.. model.Score(fresh).Zip(fresh, (scores, item) => Chosen(scores, item.Answer))]),
        BenignMeasure.Text => [.. Answers(items).Zip(references, Said)],
        _ => [.. Answers(items).Zip(references, (said, original) => Rouge.L(original, said).Recall)],
    };

    /// <summary>Greedy answers.</summary>
    public string[] Answers(IReadOnlyList<ChoiceItem> items) => Remembered(_answers, items, PromptKey, fresh => model.Answer(fresh, maxNewTokens));

    /// <summary>How much of the true answer a text says.</summary>
    public static double Said(string text, string answer) => AnswerMatch.ContainmentTokens(answer).Count > LongestKeyword ? Rouge.L(answer, text).Recall
        : AnswerMatch.Contains(text, [answer]) ? 1 : 0;

    /// <summary>1 if the true one is the best, shared with those as good.</summary>
    public static double Chosen(IReadOnlyList<double> scores, int answer)
    {
        double best = scores.Max();
        return scores[answer] == best ? 1.0 / scores.Count(score => score == best) : 0;
    }

    private static string Key(ChoiceItem item) => string.Join('\u0001',
        [PromptKey(item), item.Begun, item.Open ? "open" : "", item.Answer.ToString(CultureInfo.InvariantCulture), .. item.Choices]);

    private static string PromptKey(ChoiceItem item) => item.Chat is null ? item.Prompt : "\u0002" + item.Prompt;

    private static T[] Remembered<T>(Dictionary<string, T> known, IReadOnlyList<ChoiceItem> items, Func<ChoiceItem, string> key,
        Func<IReadOnlyList<ChoiceItem>, T[]> ask)
    {
        ChoiceItem[] fresh = [.. items.DistinctBy(key).Where(item => !known.ContainsKey(key(item)))];
        T[] found = fresh.Length == 0 ? [] : ask(fresh);
        for (int i = 0; i < fresh.Length; i++)
        {
            known.Add(key(fresh[i]), found[i]);
        }

        return [.. items.Select(item => known[key(item)])];
    }
}
