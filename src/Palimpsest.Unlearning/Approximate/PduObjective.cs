using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives;
using Palimpsest.Unlearning.Approximate.Losses;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>Primal-dual unlearning: the weight of the retain term rises while the retain rows' cross-entropy is above its limit, and falls while it is
/// below.</summary>
internal sealed class PduObjective(CausalModel policy, PduOptions options, FrozenModels models, RandomStream random)
    : UnlearningObjective(policy, options, models, random)
{
    private readonly Tensor _lambda = tensor(new[] { options.Lambda }).DetachFromDisposeScope();

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Values)> State => [("lambda", _lambda)];

    /// <summary>λ as it is.</summary>
    public double Lambda => Ops.Number(_lambda);

    /// <inheritdoc/>
    public override Tensor Sum(ForgetRetainBatch batch, ObjectivePass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        pass.Report("lambda", Lambda);
        return base.Sum(batch, pass);
    }

    /// <inheritdoc/>
    public override void End(int step, IReadOnlyDictionary<string, double> figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        if (step > options.DualWarmup)
        {
            using Tensor next = tensor(new[] { options.After(Lambda, figures["retain"]) });
            _lambda.copy_(next);
        }
    }

    /// <inheritdoc/>
    private protected override IReadOnlyList<WeightedTerm> Terms(int step) => options.TermsAt(Lambda);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _lambda.Dispose();
        base.Dispose(disposing);
    }
}
