using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives.Preferences;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Policies;

/// <summary>Learns from answers whose tokens have weights: rewards and advantages of sampled answers (RLOO, GRPO and their kin), or weights of steps
/// (advantage-weighted and advantage-filtered learning).</summary>
/// <remarks>
/// Ahmadian et al., Back to Basics, ACL 2024 (RLOO); Shao et al., DeepSeekMath, 2024 (GRPO); Yu et al., DAPO, 2025; Liu et al., Dr. GRPO, 2025; Setlur et al.,
/// NeurIPS 2024, theorem 6.1 (weights of steps). Weights are constants. Reports the mean weight, and where answers are clipped the share of clipped tokens.
/// </remarks>
public sealed class PolicyGradientObjective : Objective<WeightedBatch>
{
    private readonly CausalModel _policy;
    private readonly PolicyGradientOptions _options;
    private readonly IReferenceModel? _reference;

    /// <summary>An objective.</summary>
    /// <param name="policy">The model that is trained; stays its creator's.</param>
    /// <param name="options">Settings.</param>
    /// <param name="reference">The frozen model; null where the divergence has no weight. Stays its creator's.</param>
    /// <exception cref="PalimpsestException">The settings make no sense, or a reference is missing.</exception>
    public PolicyGradientObjective(CausalModel policy, PolicyGradientOptions options, IReferenceModel? reference = null)
    {
        _policy = policy ?? throw new ArgumentNullException(nameof(policy));
        _options = options ?? throw new ArgumentNullException(nameof(options));
        if (string.Join(" ", options.Problems()) is { Length: > 0 } problems)
        {
            throw new PalimpsestException(problems);
        }

        _reference = options.KlWeight == 0 ? null : reference ?? throw new PalimpsestException("kl_weight needs a reference model. Give one, or leave it 0.");
    }

    /// <inheritdoc/>
    public override string Settings => _options.ToString();

    /// <inheritdoc/>
    public override int Tokens(WeightedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Answers.Tokens;
    }

    /// <inheritdoc/>
    public override double Begin(IReadOnlyList<WeightedBatch> window, int step) =>
        window.Sum(batch => _options.Mean == PolicyMean.Tokens ? batch.Answers.Targets.Length : (double)batch.Answers.Batch);

    // -Σ_t s_t w_t ln π_t       with a clip: -Σ_t s_t min(ρ_t w_t, clip(ρ_t) w_t),  ρ = π / π_sampled       + β Σ_t s_t (ref/π - ln(ref/π) - 1)
    /// <inheritdoc/>
    public override Tensor Sum(WeightedBatch batch, ObjectivePass pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(pass);
        Tensor Read(CausalModel model) => model.LogProbabilities(model.Hidden(batch.Answers), batch.Answers.Rows, batch.Answers.Targets);
        Tensor own = Read(_policy); // [targets]
        Tensor Constants(double[] values) => tensor(values, own.dtype, own.device);
        Tensor shares = Constants(Shares(batch.Answers)), weights = Constants(batch.Weights);
        pass.Report("weight", batch.Weights.Sum(), batch.Weights.Length);
        Tensor gain = own.mul(weights);
        if (_options.Clip > 0)
        {
            Tensor ratio = Ops.Subtract(own, Constants(batch.Sampled
                ?? throw new PalimpsestException("A clipped loss needs the log-probabilities under the model that wrote the answers."))).exp();
            Tensor bounded = maximum(minimum(ratio, Constants([1 + _options.Clip])), Constants([1 - _options.Clip]));
            gain = minimum(ratio.mul(weights), bounded.mul(weights));
            pass.Report("clipped", Ops.Number(ratio.ne(bounded).to_type(ScalarType.Float64).sum()), batch.Weights.Length);
        }

        Tensor loss = gain.mul(shares).sum().neg();
        if (_reference is null)
        {
            return loss;
        }

        Tensor behind = Ops.Subtract(_reference.Compute(Read), own);
        Tensor divergence = Ops.Shift(Ops.Subtract(behind.exp(), behind), -1).mul(shares).sum();
        return Ops.Add(loss, Ops.Scale(divergence, _options.KlWeight));
    }

    private double[] Shares(TokenBatch answers)
    {
        double[] lengths = AnswerScores.Lengths(answers);
        return [.. PreferenceBatch.RowsOf(answers).Select(row => _options.Mean switch
        {
            PolicyMean.TokensOfAnswers => 1 / lengths[row],
            PolicyMean.Constant => 1.0 / _options.Length,
            _ => 1,
        })];
    }
}
