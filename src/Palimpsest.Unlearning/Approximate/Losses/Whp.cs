using Palimpsest.Data.Batches;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives.Preferences;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of WHP ("Who's Harry Potter"): the model learns generic tokens in the place of those that tuning on the forget rows would
/// strengthen.</summary>
public sealed record WhpOptions : UnlearningOptions
{
    /// <summary>Folder of the reinforced model: the same one, tuned further on what is to be forgotten.</summary>
    public string Reinforced { get; init; } = "";

    /// <summary>a: how far strengthened scores are pushed down; above 0.</summary>
    /// <value>The default is 5.</value>
    public double Strength { get; init; } = 5;

    /// <inheritdoc/>
    internal override bool NeedsReference => true;

    /// <inheritdoc/>
    internal override IReadOnlyList<WeightedTerm> Terms(int step) => [new("forget", 1, new Whp(Strength))];

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Positive("strength", Strength).Concat(Reinforced.Length > 0
        ? [] : ["whp needs reinforced, a model of the same kind that was tuned further on what is to be forgotten."]);
}

/// <summary>Cross-entropy of the generic tokens.</summary>
/// <remarks>Eldan and Russinovich, Who's Harry Potter?, 2023, without its replacement of names by a dictionary.</remarks>
internal sealed class Whp(double strength) : IUnlearningTerm
{
    // -1/n Σ_t ln p(argmax g_t),  g = z_ref - a relu(z_reinforced - z_ref)
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => batch.Forget.Targets.Length;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        TokenBatch batch = pass[BatchSide.Forget].Batch;
        IReferenceModel reference = pass.Models.Reference ?? throw new PalimpsestException("whp needs the model as it was before, as a frozen one.");
        IReferenceModel reinforced = pass.Models.Reinforced ?? throw new PalimpsestException("whp needs a reinforced model: set method.reinforced.");
        Tensor theirs = reinforced.Compute(model => model.Hidden(batch));
        Tensor generic = reference.Compute(model => model.ReadScores(model.Hidden(batch), batch.Rows, (own, _, beside) =>
            Generic(own, reinforced.Compute(other => other.Logits(beside!)), strength).argmax(1), theirs));
        long[] targets = [.. generic.cpu().data<long>()];
        return pass.Policy.LossSum(pass.Policy.Hidden(batch), batch.Rows, targets);
    }

    /// <summary>The generic scores.</summary>
    public static Tensor Generic(Tensor before, Tensor reinforced, double strength) =>
        Ops.Subtract(before, Ops.Scale(nn.functional.relu(Ops.Subtract(reinforced, before)), strength));
}
