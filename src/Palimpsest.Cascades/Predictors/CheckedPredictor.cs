using Palimpsest.Cascades.Agreement;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Predictors;

/// <summary>A language model that answers, and then says several times whether it finds its answer right.</summary>
/// <remarks>Aggarwal et al., AutoMix, NeurIPS 2024 (arXiv 2310.12963), section 3: the model is shown question and answer and draws the words for right and
/// wrong at temperature 1. The prompt of the check is read once and the words are drawn from it; that is what is billed, as
/// <see cref="MemberReply.Checks"/>.</remarks>
/// <param name="answers">Gives the answer; stands on the same model.</param>
/// <param name="model">The model; not disposed with this object.</param>
/// <param name="prompt">The check's prompt, of a question and an answer.</param>
/// <param name="words">What the model writes where it finds the answer right, and where not.</param>
/// <param name="random">Draws; every check has a child of its own.</param>
/// <param name="checks">How many words are drawn.</param>
public sealed class CheckedPredictor(LocalPredictor answers, LanguageModel model, Func<string, string, string> prompt, (string Right, string Wrong) words,
    RandomStream random, int checks = CheckedPredictor.UsualChecks) : LocalPredictor(answers.Name, answers.Identity, answers.Labels)
{
    /// <summary>As many checks as AutoMix takes.</summary>
    public const int UsualChecks = 8;

    /// <inheritdoc/>
    protected override object Gate => model;

    /// <inheritdoc/>
    protected override MemberReply Ask(string question, CancellationToken stop)
    {
        MemberReply reply = answers.Timed(question, stop);
        if (reply.Answer.Length == 0)
        {
            return reply;
        }

        string asked = prompt(question, reply.Answer);
        TokenSequence[] both = [.. new[] { words.Right, words.Wrong }.Select(word => model.Encoder().EncodeOpen(asked, word))];
        double[] likely = SequenceScorer.LogLikelihoods(model.Model, both);
        double right = 1 / (1 + Math.Exp(likely[1] - likely[0]));
        RandomStream draws = random.Child("checks", asked);
        int found = Enumerable.Range(0, checks).Count(_ => draws.NextDouble() < right), read = both[0].LossFrom, written = both[0].Targets;
        return reply with
        {
            Verified = found / (double)checks,
            Checks = new CallUsage
            {
                InputTokens = read,
                OutputTokens = checks * written,
                Operations = ModelCosts.Of(model.Model, read, 1, model.Model.Config.VocabularySize)
                    + (checks * ModelCosts.Of(model.Model, written - 1, written - 1, model.Model.Config.VocabularySize)),
            },
        };
    }
}
