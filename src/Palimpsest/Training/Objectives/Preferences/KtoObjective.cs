using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Learns from single answers that are desirable or not: w (1 - σ(β (r - kl))) of a desirable one and w (1 - σ(β (kl - r))) of another, r the
/// log-ratio to the reference, the mean over the answers of a step.</summary>
/// <remarks>
/// Ethayarajh et al., ICML 2024, equation 7. kl is the mean log-ratio of answers to other prompts of the batch, at least 0, and a constant; a batch of one
/// answer has none, and kl is 0 then. Reports rewards/chosen and
/// rewards/rejected, logps/chosen and logps/rejected, and kl, as TRL does.
/// </remarks>
public sealed class KtoObjective : Objective<PreferenceBatch>
{
    private readonly CausalModel _policy;
    private readonly KtoOptions _options;
    private readonly IReferenceModel _reference;

    /// <summary>An objective.</summary>
    /// <param name="policy">The model that is trained; stays its creator's.</param>
    /// <param name="options">Settings.</param>
    /// <param name="reference">The frozen model; stays its creator's.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public KtoObjective(CausalModel policy, KtoOptions options, IReferenceModel reference)
    {
        _policy = policy ?? throw new ArgumentNullException(nameof(policy));
        _options = options ?? throw new ArgumentNullException(nameof(options));
        _reference = reference ?? throw new ArgumentNullException(nameof(reference));
        if (string.Join(" ", options.Problems()) is { Length: > 0 } problems)
        {
            throw new PalimpsestException(problems);
        }
    }

    /// <inheritdoc/>
    public override string Settings => _options.ToString();

    /// <inheritdoc/>
    public override int Tokens(PreferenceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Answers.Tokens;
    }

    /// <inheritdoc/>
    public override double Begin(IReadOnlyList<PreferenceBatch> window, int step) => window.Sum(batch => batch.Answers.Batch);

    /// <inheritdoc/>
    public override Tensor Sum(PreferenceBatch batch, ObjectivePass pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(pass);
        double[] reference = _reference.Score(batch.Answers);
        double kl = batch.Mismatched is null
            ? 0 : Math.Max(0, AnswerScores.Constant(_policy, batch.Mismatched).Zip(_reference.Score(batch.Mismatched), (own, other) => own - other).Average());
        Tensor sums = AnswerScores.Sums(_policy, batch.Answers); // [answers]
        Tensor ratios = Ops.Subtract(sums, tensor(reference, sums.dtype, sums.device));
        Report(pass, ratios, sums, batch, kl);
        return PerRow(ratios, batch.Desirable, kl, _options).sum();
    }

    /// <summary>The loss of each answer, [answers].</summary>
    /// <param name="ratios">Log-ratios to the reference, [answers].</param>
    /// <param name="desirable">Whether each answer is desirable.</param>
    /// <param name="kl">The divergence that they are held against.</param>
    /// <param name="options">Settings.</param>
    internal static Tensor PerRow(Tensor ratios, IReadOnlyList<bool> desirable, double kl, KtoOptions options)
    {
        double[] signs = [.. desirable.Select(good => good ? 1.0 : -1.0)],
            weights = [.. desirable.Select(good => good ? options.DesirableWeight : options.UndesirableWeight)];

        // 1 - σ(x) = σ(-x), with x = β (r - kl) or β (kl - r)
        Tensor distance = Ops.Scale(Ops.Shift(ratios, -kl), -options.Beta).mul(tensor(signs, ratios.dtype, ratios.device));
        return distance.sigmoid().mul(tensor(weights, ratios.dtype, ratios.device));
    }

    private void Report(ObjectivePass pass, Tensor ratios, Tensor sums, PreferenceBatch batch, double kl)
    {
        using Tensor detachedRatios = ratios.detach(), detachedSums = sums.detach();
        double[] rewards = [.. detachedRatios.to(ScalarType.Float64, CPU).data<double>().Select(ratio => _options.Beta * ratio)],
            policy = [.. detachedSums.to(ScalarType.Float64, CPU).data<double>()];
        foreach ((string name, bool good) in new[] { ("chosen", true), ("rejected", false) })
        {
            int[] rows = [.. Enumerable.Range(0, rewards.Length).Where(row => batch.Desirable[row] == good)];
            pass.Report($"rewards/{name}", rows.Sum(row => rewards[row]), rows.Length);
            pass.Report($"logps/{name}", rows.Sum(row => policy[row]), rows.Length);
        }

        pass.Report("kl", kl);
    }
}
