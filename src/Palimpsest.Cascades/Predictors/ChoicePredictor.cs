using Palimpsest.Cascades.Agreement;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;

namespace Palimpsest.Cascades.Predictors;

/// <summary>A language model that chooses the likeliest of a few continuations.</summary>
/// <remarks>Brown et al., NeurIPS 2020, section 2.4, without normalising by length; how sure it is are the likelihoods among themselves.</remarks>
/// <param name="model">The model; not disposed with this object.</param>
/// <param name="name">Name in reports and prices.</param>
/// <param name="identity">What sets the model apart, such as a hash of its weights.</param>
/// <param name="labels">The continuations, as they are written behind the question and a space.</param>
public sealed class ChoicePredictor(LanguageModel model, string name, string identity, IReadOnlyList<string> labels) : LocalPredictor(name, identity, labels)
{
    /// <inheritdoc/>
    protected override object Gate => model;

    /// <inheritdoc/>
    protected override MemberReply Ask(string question, CancellationToken stop)
    {
        ExampleEncoder encoder = model.Encoder();
        TokenSequence[] sequences = [.. Labels.Select(label => encoder.EncodeOpen(question, " " + label))];
        double[] scores = SequenceScorer.LogLikelihoods(model.Model, sequences);
        double largest = scores.Max(), sum = scores.Sum(score => Math.Exp(score - largest));
        int tokens = sequences.Sum(sequence => sequence.Ids.Length);
        return MemberReply.Of(new LabelProbabilities(Labels, [.. scores.Select(score => Math.Exp(score - largest) / sum)]), new CallUsage
        {
            InputTokens = tokens,
            OutputTokens = 0,
            Operations = sequences.Sum(sequence => ModelCosts.Of(model.Model, sequence.Ids.Length, sequence.Targets, model.Model.Config.VocabularySize)),
        });
    }
}
