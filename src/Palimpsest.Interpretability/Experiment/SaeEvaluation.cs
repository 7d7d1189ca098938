using System.Globalization;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What is told of an autoencoder on texts, a line each.</summary>
public static class SaeEvaluation
{
    /// <summary>Measures it.</summary>
    /// <param name="session">Autoencoder and model.</param>
    /// <param name="documents">Tokens of each text.</param>
    public static IReadOnlyList<string> Of(SaeSession session, IReadOnlyList<int[]> documents)
    {
        ArgumentNullException.ThrowIfNull(session);
        EvaluationTexts texts = new(session.Model.Model, session.Reader, documents, session.Special);
        (SetFigures figures, SaeFigures details) = texts.Measure(session.Sae);
        SaeConfig config = session.Sae.Config;
        RequireAlive(session, details.Dead);
        return
        [
            Say($"{config.Architecture} of {config.DSae:N0} latents at {session.Hook}, {details.Tokens:N0} tokens of {documents.Count:N0} texts"),
            Say($"explained variance {details.ExplainedVariance:F4}   cosine {details.Cosine:F4}   length {details.NormRatio:F3} of the input's   bias ")
                + Say($"{details.ReconstructionBias:F3}"),
            Say($"latents: {details.L0:F1} active a token, {details.Dead:N0} never, {100 * details.ShareAbove(0.01):F1}% on more than 1% of the tokens, ")
                + Say($"{100 * details.ShareAbove(0.1):F1}% on more than 10%"),
            Say($"cross-entropy: {texts.Clean:F4} nats a token as it is, {figures.CrossEntropy:F4} with the reconstruction, {texts.Zeroed:F4} with zeros: ")
                + Say($"{100 * figures.Recovered:F1}% recovered"),
            .. config.Notes,
        ];
    }

    /// <summary>Refuses an autoencoder none of whose latents fires.</summary>
    /// <param name="session">Autoencoder and model.</param>
    /// <param name="dead">Latents that never fire.</param>
    /// <exception cref="PalimpsestException">That is all of them.</exception>
    public static void RequireAlive(SaeSession session, int dead)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (dead == session.Sae.Config.DSae)
        {
            throw new PalimpsestException(Say($"None of the {dead:N0} latents fires on these texts. Name the model and the hook point that it was trained on ")
                + Say($"(read was {session.Hook}), or take another checkpoint."));
        }
    }

    /// <summary>What a change of latents does to the model's predictions.</summary>
    /// <param name="session">Autoencoder and model.</param>
    /// <param name="documents">Tokens of each text.</param>
    /// <param name="splice">The change.</param>
    /// <param name="latents">The latents that are changed.</param>
    public static IReadOnlyList<string> Ablated(SaeSession session, IReadOnlyList<int[]> documents, SaeSplice splice, IReadOnlyList<int> latents)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(splice);
        SplicedLosses losses = new(session.Model.Model, session.Hook, documents, session.Special);
        double[] before = [.. losses.CrossEntropies()], after = [.. losses.CrossEntropies((x, keep) => splice.Apply(x, keep))];
        double[] rise = [.. after.Zip(before, (a, b) => a - b)];
        return
        [
            Say($"latents {string.Join(", ", latents)}: {before.Length:N0} tokens"),
            Say($"cross-entropy {before.Average():F4} → {after.Average():F4} nats a token; the divergence is ")
                + Say($"{losses.Divergence((x, keep) => splice.Apply(x, keep)):F5}"),
            Say($"tokens whose loss moves by more than 0.1: {rise.Count(change => Math.Abs(change) > 0.1):N0}; the most by {rise.Max():F2}"),
        ];
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
