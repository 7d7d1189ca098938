using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>A model as it stands, with nothing before it.</summary>
/// <param name="model">The model, which stays the caller's.</param>
/// <param name="label">Name for people.</param>
public sealed class WholeModel(LanguageModel model, string label) : IAuditedModel
{
    /// <summary>The weights.</summary>
    public LanguageModel Model => model;

    /// <inheritdoc/>
    public string Label => label;

    /// <inheritdoc/>
    public double[][] Score(IReadOnlyList<ChoiceItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        ExampleEncoder encoder = model.Encoder();
        double[] scores = SequenceScorer.LogLikelihoods(model.Model,
            [.. items.SelectMany(item => item.Choices.Select(choice => item.Encode(encoder, choice)))]);
        int next = 0;
        return [.. items.Select(item => scores[next..(next += item.Choices.Count)])];
    }

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">A prompt fills the model's context.</exception>
    public double[] Probability(IReadOnlyList<ChoiceItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        ExampleEncoder encoder = model.Encoder();
        TokenSequence[] found = [.. items.Select(item => item.EncodeTrue(encoder)).OfType<TokenSequence>()];
        return found.Length == items.Count ? [.. SequenceScorer.LogLikelihoods(model.Model, found).Select((nats, i) => Math.Exp(nats / found[i].Targets))]
            : throw new PalimpsestException($"{items.Count - found.Length} of {items.Count} questions leave no room for an answer in the model's context of "
                + $"{model.Model.Config.ContextLength} tokens. Leave them out, or take a model with a longer context.");
    }

    /// <inheritdoc/>
    public string[] Answer(IReadOnlyList<ChoiceItem> items, int maxNewTokens = 48)
    {
        ArgumentNullException.ThrowIfNull(items);
        ExampleEncoder encoder = model.Encoder();
        return [.. ExactMatch.Greedy(model, [.. items.Select(item => encoder.EncodePrompt(item.Prompt, item.Chat))], maxNewTokens).Select(text => text.Trim())];
    }
}
