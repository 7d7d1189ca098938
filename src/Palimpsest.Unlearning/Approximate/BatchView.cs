using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using Palimpsest.Training.Objectives.Preferences;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>The rows of one side under the model and under the frozen one. What several terms ask for is computed once; tensors belong to the caller's
/// scope.</summary>
/// <param name="policy">The model that unlearns.</param>
/// <param name="reference">The frozen model, or null.</param>
/// <param name="batch">The rows.</param>
internal sealed class BatchView(CausalModel policy, IReferenceModel? reference, TokenBatch batch)
{
    private readonly Dictionary<bool, Tensor> _hidden = [];
    private readonly Dictionary<bool, Tensor> _frozen = [];
    private Tensor? _numbers, _sums;

    /// <summary>The rows.</summary>
    public TokenBatch Batch => batch;

    /// <summary>ln p of each target. [targets]</summary>
    public Tensor LogProbabilities => _numbers ??= policy.LogProbabilities(Hidden(padded: false), batch.Rows, batch.Targets);

    /// <summary>Sum of the cross-entropies of all targets.</summary>
    public Tensor NllSum => policy.LossSum(Hidden(padded: false), batch.Rows, batch.Targets);

    /// <summary>S, the cross-entropy of each row's targets. [rows]</summary>
    public Tensor RowNll => _sums ??= AnswerScores.ByRow(batch, LogProbabilities).neg();

    /// <summary>S under the model minus S under the frozen one. [rows]</summary>
    public Tensor RowNllGain => Ops.Add(RowNll, Constant(Frozen.Score(batch)));

    /// <summary>Targets of each row. [rows]</summary>
    public Tensor Lengths => Constant(AnswerScores.Lengths(batch));

    private IReferenceModel Frozen => reference ?? throw new PalimpsestException("This unlearning method needs the model as it was before, as a frozen one.");

    /// <summary>Constants in the type that losses are computed in.</summary>
    public Tensor Constant(double[] values) => tensor(values, ComposedForms.Precise(policy.Context.ScalarType), policy.Context.Device);

    /// <summary>A number for each position, made of the model's scores there.</summary>
    /// <param name="positions">Where.</param>
    /// <param name="read">Gets scores [part, vocabulary] and the number of their first position; gives [part]. May use no tensors besides.</param>
    /// <returns>[positions]</returns>
    public Tensor Read(TokenPositions positions, Func<Tensor, int, Tensor> read) =>
        policy.ReadScores(Hidden(positions.Padded), positions.Rows, (own, from, _) => read(own, from));

    /// <summary>As <see cref="Read"/>, of the scores of both models; of those of the frozen one only the hidden states are kept.</summary>
    /// <param name="positions">Where.</param>
    /// <param name="read">Gets the model's scores, the frozen one's, and the number of their first position.</param>
    public Tensor Compare(TokenPositions positions, Func<Tensor, Tensor, int, Tensor> read)
    {
        IReferenceModel frozen = Frozen;
        if (!_frozen.TryGetValue(positions.Padded, out Tensor? beside))
        {
            _frozen[positions.Padded] = beside = frozen.Compute(model => HiddenOf(model, positions.Padded));
        }

        return policy.ReadScores(Hidden(positions.Padded), positions.Rows, (own, from, theirs) => read(own, frozen.Compute(model => model.Logits(theirs!)),
            from), beside);
    }

    /// <summary>Activations of the model at a hook point; no block behind it is computed. [batch * time, width]</summary>
    public Tensor Activations(string point, bool padded) => Flat(HiddenOf(policy, padded, point));

    /// <summary>The same of the frozen model.</summary>
    public Tensor FrozenActivations(string point, bool padded) => Flat(Frozen.Compute(model => HiddenOf(model, padded, point)));

    private static Tensor Flat(Tensor x) => x.view(-1, x.size(-1)).to_type(ComposedForms.Precise(x.dtype));

    private Tensor Hidden(bool padded) => _hidden.TryGetValue(padded, out Tensor? found) ? found : _hidden[padded] = HiddenOf(policy, padded);

    private Tensor HiddenOf(CausalModel model, bool padded, string? stopAfter = null)
    {
        Device device = model.Context.Device;
        AttentionScope scope = padded ? AttentionScope.WithoutPaddedKeys(batch, device) : AttentionScope.Of(batch, device);
        return model.Hidden(tensor(batch.Ids, [batch.Batch, batch.Time], device: device), scope, stopAfter);
    }
}
