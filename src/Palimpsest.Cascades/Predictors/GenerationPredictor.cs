using Palimpsest.Cascades.Agreement;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Predictors;

/// <summary>A language model that writes its answer.</summary>
/// <param name="model">The model; not disposed with this object.</param>
/// <param name="name">Name in reports and prices.</param>
/// <param name="identity">What sets the model apart, such as a hash of its weights; samples of one model must differ here too.</param>
/// <param name="options">How tokens are chosen, and where an answer ends.</param>
/// <param name="random">Draws; every question takes a child of its own, so that answers do not depend on the order of questions.</param>
/// <param name="answerOf">Takes the answer out of the text; empty for an abstention. Null takes the text, trimmed.</param>
/// <param name="scored">Whether a reply says how sure the model was: the geometric mean of the probabilities of its tokens. They fall out of the writing, so
/// that nothing is billed for them, but are computed here once more.</param>
public sealed class GenerationPredictor(LanguageModel model, string name, string identity, SamplingOptions options, RandomStream random,
    Func<string, string>? answerOf = null, bool scored = false) : LocalPredictor(name, identity, [])
{
    /// <inheritdoc/>
    protected override object Gate => model;

    /// <inheritdoc/>
    protected override MemberReply Ask(string question, CancellationToken stop)
    {
        Completion made = TextGenerator.Complete(model, [question], options, random.Child(question), stop: stop)[0];
        stop.ThrowIfCancellationRequested();
        int[] prompt = model.Tokenizer.EncodePrompt(question);
        int read = prompt.Length, written = made.Tokens.Count;
        return new MemberReply
        {
            Answer = answerOf is null ? made.Text.Trim() : answerOf(made.Text),
            Score = scored && written > 0
                ? Math.Exp(SequenceScorer.LogLikelihoods(model.Model, [new TokenSequence([.. prompt, .. made.Tokens], read)])[0] / written) : null,
            Usage = new CallUsage
            {
                InputTokens = read,
                OutputTokens = written,
                Operations = ModelCosts.Of(model.Model, read + written, written, model.Model.Config.VocabularySize),
            },
        };
    }
}
