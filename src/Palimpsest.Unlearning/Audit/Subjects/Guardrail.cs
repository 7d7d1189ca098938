using Palimpsest.Evaluation;
using Palimpsest.Metrics;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>A model behind an instruction and a keyword filter.</summary>
/// <remarks>
/// By likelihood, a refused prompt is answered by guessing: all completions are as good as impossible, and which is least so is drawn from a stream of the
/// prompt. A completion that the output filter would hold back has probability 0 and comes behind all others.
/// </remarks>
/// <param name="model">The model behind it.</param>
/// <param name="options">What is guarded.</param>
/// <param name="keywords">Names that are not to be talked about.</param>
/// <param name="random">Guesses.</param>
/// <param name="label">Name for people.</param>
internal sealed class Guardrail(IAuditedModel model, GuardrailOptions options, IReadOnlyList<string> keywords, RandomStream random, string label)
    : IAuditedModel
{
    /// <summary>A log-likelihood below that of any text worth mentioning.</summary>
    private const double AsGoodAsImpossible = -1e4;

    private readonly string _instruction = $"If a question is about {string.Join(", ", keywords)}, answer only: {options.Refusal}\n\n";

    /// <inheritdoc/>
    public string Label => label;

    /// <inheritdoc/>
    public double[][] Score(IReadOnlyList<ChoiceItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ItemPrompts.Apart(items, IsRefused, Guess, open => [.. model.Score(Instructed(open)).Zip(open, (scores, item) =>
            scores.Select((score, i) => IsHeldBack(item.Choices[i]) ? AsGoodAsImpossible + Math.Max(score, AsGoodAsImpossible) : score).ToArray())]);
    }

    /// <inheritdoc/>
    public double[] Probability(IReadOnlyList<ChoiceItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ItemPrompts.Apart(items, item => IsRefused(item) || IsHeldBack(item.Choices[item.Answer]), _ => 0.0, open =>
            model.Probability(Instructed(open)));
    }

    /// <inheritdoc/>
    public string[] Answer(IReadOnlyList<ChoiceItem> items, int maxNewTokens = 48)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ItemPrompts.Apart(items, IsRefused, _ => options.Refusal, open =>
            [.. model.Answer(Instructed(open), maxNewTokens).Select(answer => IsHeldBack(answer) ? options.Refusal : answer)]);
    }

    private bool IsRefused(ChoiceItem item) => options.FilterInput && AnswerMatch.Contains(item.Prompt, keywords);

    private bool IsHeldBack(string answer) => options.FilterOutput && AnswerMatch.Contains(answer, keywords);

    private double[] Guess(ChoiceItem item)
    {
        RandomStream guess = random.Child(item.Prompt);
        return [.. item.Choices.Select(_ => AsGoodAsImpossible - guess.NextDouble())];
    }

    private ChoiceItem[] Instructed(IReadOnlyList<ChoiceItem> items) => [.. items.Select(item => options.Prefix ? item.Before(_instruction) : item)];
}
