using Palimpsest.Models.Transformers;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>What the terms of a loss are computed from in one pass.</summary>
/// <param name="policy">The model that unlearns.</param>
/// <param name="models">The frozen models.</param>
/// <param name="batch">The rows.</param>
internal sealed class UnlearningPass(CausalModel policy, FrozenModels models, ForgetRetainBatch batch)
{
    private readonly Dictionary<BatchSide, BatchView> _views = [];

    /// <summary>The model that unlearns.</summary>
    public CausalModel Policy => policy;

    /// <summary>The frozen models.</summary>
    public FrozenModels Models => models;

    /// <summary>A side under both models.</summary>
    public BatchView this[BatchSide side] => _views.TryGetValue(side, out BatchView? view)
        ? view : _views[side] = new BatchView(policy, models.Reference, batch[side]);
}
