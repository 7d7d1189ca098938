using Palimpsest.Cascades.Agreement;
using Palimpsest.Evaluation;
using Palimpsest.Models;

namespace Palimpsest.Cascades.Predictors;

/// <summary>A transformer with a classification head as a member of a tier.</summary>
/// <param name="model">The classifier; not disposed with this object.</param>
/// <param name="name">Name in reports and prices.</param>
/// <param name="identity">What sets the model apart, such as a hash of its weights.</param>
public sealed class ClassifierPredictor(LanguageModel model, string name, string identity) : LocalPredictor(name, identity, model.Model.Config.Labels)
{
    /// <inheritdoc/>
    protected override MemberReply Ask(string question, CancellationToken stop) => AskAll([question])[0];

    /// <summary>Classifies many texts on the caller's thread, in batches.</summary>
    /// <param name="questions">The texts.</param>
    internal IReadOnlyList<MemberReply> AskAll(IReadOnlyList<string> questions) =>
        [.. ClassPrediction.LogProbabilities(model, questions).Zip(questions, (scores, text) => MemberReply.Of(
            new LabelProbabilities(Labels, [.. scores.Select(score => Math.Exp(score))]), Usage(text)))];

    private CallUsage Usage(string text)
    {
        int tokens = Math.Min(model.Tokenizer.Encode(text).Length, model.Model.Config.ContextLength);
        return new CallUsage { InputTokens = tokens, OutputTokens = 0, Operations = ModelCosts.Of(model, tokens, 1, Labels.Count) };
    }
}
