using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Training;

/// <summary>A transformer while it is trained: dropout on the outputs of attention and MLP, that of the trained part itself, and blocks that are computed
/// again. Masks depend on the stream of the pass alone, so a
/// resumed run draws the same ones.</summary>
internal sealed class ModelTrainingMode : ITrainingMode
{
    private readonly TransformerModel _model;
    private readonly Action<RandomStream?>? _setDropout;
    private readonly List<IDisposable> _hooks = [];
    private RandomStream? _masks;
    private RandomStream? _own;

    /// <param name="model">The model.</param>
    /// <param name="setDropout">Gets the stream of each pass for dropout of the trained part's own, and null after the step; or null.</param>
    /// <param name="options">Probability of dropout, and whether blocks are computed again.</param>
    public ModelTrainingMode(TransformerModel model, Action<RandomStream?>? setDropout, TrainOptions options)
    {
        (_model, _setDropout) = (model, setDropout);
        model.RandomSnapshot = Snapshot;
        model.RecomputeBlocks = options.CheckpointBlocks;
        if (options.Dropout > 0)
        {
            for (int layer = 0; layer < model.Config.Layers; layer++)
            {
                foreach (string point in new[] { "hook_attn_out", "hook_mlp_out" })
                {
                    _hooks.Add(model.Hooks.Add($"blocks.{layer}.{point}", x =>
                        model.AsReference ? x : Dropout.Apply(x, options.Dropout, _masks!)));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void BeginPass(RandomStream random)
    {
        _masks = random;
        _own = random.Child("own");
        _setDropout?.Invoke(_own);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hooks.ForEach(hook => hook.Dispose());
        _setDropout?.Invoke(null);
        _model.RecomputeBlocks = false;
        _model.RandomSnapshot = null;
    }

    private Action Snapshot()
    {
        (RandomStream masks, RandomStream own) = (_masks!, _own!);
        (ulong ofMasks, ulong ofOwn) = (masks.Position, own.Position);
        return () => (masks.Position, own.Position) = (ofMasks, ofOwn);
    }
}
