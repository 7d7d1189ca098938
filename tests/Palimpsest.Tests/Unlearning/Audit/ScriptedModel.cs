using Palimpsest.Evaluation;
using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Tests.Unlearning.Audit;

/// <summary>A model that answers as a test says, and counts what it is asked.</summary>
internal sealed class ScriptedModel : IAuditedModel
{
    public string Label => "scripted";

    public Func<ChoiceItem, double[]> Scores { get; init; } = item => [.. item.Choices.Select((_, i) => i == item.Answer ? -1.0 : -2.0)];

    public Func<ChoiceItem, double> Probabilities { get; init; } = _ => 0.5;

    public Func<ChoiceItem, string> Answers { get; init; } = item => item.Choices[item.Answer].Trim();

    public List<ChoiceItem> Asked { get; } = [];

    public double[][] Score(IReadOnlyList<ChoiceItem> items) => Ask(items, Scores);

    public double[] Probability(IReadOnlyList<ChoiceItem> items) => Ask(items, Probabilities);

    public string[] Answer(IReadOnlyList<ChoiceItem> items, int maxNewTokens = 48) => Ask(items, Answers);

    private T[] Ask<T>(IReadOnlyList<ChoiceItem> items, Func<ChoiceItem, T> one)
    {
        Asked.AddRange(items);
        return [.. items.Select(one)];
    }
}
