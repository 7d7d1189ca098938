using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Learns from pairs of answers: the mean of a loss over the pairs of a step, and the mean cross-entropy of the chosen answers' tokens where it has a
/// weight.</summary>
/// <remarks>Reports what users of TRL look at: rewards/chosen, rewards/rejected, rewards/accuracies (strictly above), rewards/margins, logps/chosen,
/// logps/rejected, logits/chosen, logits/rejected, entropy, mean_token_accuracy
/// of the chosen answers. Rewards are β times the log-ratio to the reference, or to nothing where a loss has none.</remarks>
public sealed class PreferenceObjective : Objective<PreferenceBatch>
{
    private readonly CausalModel _policy;
    private readonly PreferenceOptions _options;
    private readonly IReferenceModel? _reference;
    private double _tokenWeight;

    /// <summary>An objective.</summary>
    /// <param name="policy">The model that is trained; stays its creator's.</param>
    /// <param name="options">The loss and its settings.</param>
    /// <param name="reference">The frozen model; null only where the loss needs none. Stays its creator's.</param>
    /// <exception cref="PalimpsestException">The loss needs a reference, or its settings make no sense.</exception>
    public PreferenceObjective(CausalModel policy, PreferenceOptions options, IReferenceModel? reference)
    {
        _policy = policy ?? throw new ArgumentNullException(nameof(policy));
        _options = options ?? throw new ArgumentNullException(nameof(options));
        if (string.Join(" ", options.Problems()) is { Length: > 0 } problems)
        {
            throw new PalimpsestException(problems);
        }

        _reference = options.Loss.NeedsReference ? reference
            ?? throw new PalimpsestException($"The loss of {RecipeChoices.NameOf(options)} needs a reference model.") : null;
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
    public override double Begin(IReadOnlyList<PreferenceBatch> window, int step)
    {
        // The sums are divided by the pairs; the cross-entropy is to be divided by the chosen answers' tokens instead.
        double pairs = window.Sum(batch => batch.Answers.Batch / 2),
            tokens = window.Sum(batch => AnswerScores.Lengths(batch.Answers)[..(batch.Answers.Batch / 2)].Sum());
        _tokenWeight = pairs / Math.Max(1, tokens);
        return pairs;
    }

    /// <inheritdoc/>
    public override Tensor Sum(PreferenceBatch batch, ObjectivePass pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(pass);
        int pairs = batch.Answers.Batch / 2;
        double[] reference = _reference?.Score(batch.Answers) ?? new double[batch.Answers.Batch], lengths = AnswerScores.Lengths(batch.Answers);
        TokenStatistics statistics = new(batch.Answers.Targets.Length);
        Tensor sums = AnswerScores.Sums(_policy, batch.Answers, statistics); // [2 * pairs]
        Tensor Constants(double[] values, int from) => tensor(values[from..(from + pairs)], sums.dtype, sums.device);
        PreferenceTerms terms = new(
            sums.narrow(0, 0, pairs), sums.narrow(0, pairs, pairs), Constants(reference, 0), Constants(reference, pairs), Constants(lengths, 0),
                Constants(lengths, pairs), _options.Beta, _options.Epsilon, _options.Margin);
        Report(pass, sums, reference, batch, statistics);
        Tensor loss = _options.Loss.PerPair(terms).sum();
        return _options.SftWeight == 0 ? loss : Ops.Add(loss, Ops.Scale(terms.Chosen.sum(), -_options.SftWeight * _tokenWeight));
    }

    private void Report(ObjectivePass pass, Tensor sums, double[] reference, PreferenceBatch batch, TokenStatistics statistics)
    {
        int pairs = batch.Answers.Batch / 2;
        using Tensor detached = sums.detach();
        using Tensor numbers = detached.to(ScalarType.Float64, CPU);
        double[] policy = [.. numbers.data<double>()], rewards = [.. policy.Zip(reference, (own, other) => _options.Beta * (own - other))];
        double[] chosen = rewards[..pairs], rejected = rewards[pairs..];
        pass.Report("rewards/chosen", chosen.Sum(), pairs);
        pass.Report("rewards/rejected", rejected.Sum(), pairs);
        pass.Report("rewards/accuracies", chosen.Zip(rejected).Count(pair => pair.First > pair.Second), pairs);
        pass.Report("rewards/margins", chosen.Sum() - rejected.Sum(), pairs);
        pass.Report("logps/chosen", policy[..pairs].Sum(), pairs);
        pass.Report("logps/rejected", policy[pairs..].Sum(), pairs);
        bool[] ofChosen = [.. PreferenceBatch.RowsOf(batch.Answers).Select(row => row < pairs)];
        double[] logits = [.. statistics.MeanLogit];
        pass.Report("logits/chosen", logits.Where((_, i) => ofChosen[i]).Sum(), ofChosen.Count(own => own));
        pass.Report("logits/rejected", logits.Where((_, i) => !ofChosen[i]).Sum(), ofChosen.Count(own => !own));
        pass.Report("entropy", statistics.Entropy.Sum(), statistics.Entropy.Length);
        pass.Report("mean_token_accuracy", statistics.IsArgmax.Where((right, i) => right && ofChosen[i]).Count(), ofChosen.Count(own => own));
    }
}
