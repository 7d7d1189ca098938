using Palimpsest.Cascades.Agreement;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Cascades.Predictors;

/// <summary>A transformer with a classification head as a member of a tier.</summary>
/// <param name="model">The classifier; not disposed with this object.</param>
/// <param name="name">Name in reports and prices.</param>
/// <param name="identity">What sets the model apart, such as a hash of its weights.</param>
public sealed class ClassifierPredictor(LanguageModel model, string name, string identity) : LocalPredictor(name, identity, model.Model.Config.Labels)
{
    /// <inheritdoc/>
    protected override object Gate => model;

    /// <inheritdoc/>
    protected override MemberReply Ask(string question, CancellationToken stop) => AskAll([question])[0];

    /// <summary>Classifies many texts on the caller's thread, in batches.</summary>
    /// <param name="questions">The texts.</param>
    internal IReadOnlyList<MemberReply> AskAll(IReadOnlyList<string> questions)
    {
        // The encoder wants a class; which one has no part in the scores.
        ExampleEncoder encoder = new(model.Tokenizer, model.Model.Config.ContextLength, Labels, TooLongPolicy.Truncate);
        return Replies(model.Model, [.. questions.Select(text => encoder.Encode(new TextExample(text, Labels[0]))!)]);
    }

    /// <summary>Classifies texts that are tokens already.</summary>
    /// <param name="model">A classifier, decoder or encoder.</param>
    /// <param name="sequences">Texts with a label each, whichever.</param>
    internal static IReadOnlyList<MemberReply> Replies(TransformerModel model, IReadOnlyList<TokenSequence> sequences)
    {
        IReadOnlyList<string> labels = model.Config.Labels;
        return [.. ClassPrediction.LogProbabilities(model, sequences).Zip(sequences, (scores, text) => MemberReply.Of(
            new LabelProbabilities(labels, [.. scores.Select(score => Math.Exp(score))]),
            new CallUsage { InputTokens = text.Ids.Length, OutputTokens = 0, Operations = ModelCosts.Of(model, text.Ids.Length, 1, labels.Count) }))];
    }
}
