using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Training;

/// <summary>Dropout on the outputs of attention and MLP, and that of the trained part itself, while it is installed. Masks depend on the seed, the step and the batch alone, so a resumed run
/// draws the same ones.</summary>
internal sealed class DropoutHooks : IDisposable
{
    private readonly Trainable _trainable;
    private readonly List<IDisposable> _hooks = [];
    private RandomStream? _stream;
    private RandomStream? _own;

    public DropoutHooks(Trainable trainable, double probability)
    {
        _trainable = trainable;
        trainable.Model.RandomSnapshot = Snapshot;
        if (probability > 0)
        {
            for (int layer = 0; layer < trainable.Model.Config.Layers; layer++)
            {
                foreach (string point in new[] { "hook_attn_out", "hook_mlp_out" })
                {
                    _hooks.Add(trainable.Model.Hooks.Add($"blocks.{layer}.{point}", x => Dropout.Apply(x, probability, _stream!)));
                }
            }
        }
    }

    /// <summary>Turns to the masks of a batch.</summary>
    public void Begin(RandomStream root, int step, int batch)
    {
        _stream = root.Child(step.ToString(CultureInfo.InvariantCulture), batch.ToString(CultureInfo.InvariantCulture));
        _own = _stream.Child("own");
        _trainable.SetDropout?.Invoke(_own);
    }

    public void Dispose()
    {
        _hooks.ForEach(hook => hook.Dispose());
        _trainable.SetDropout?.Invoke(null);
        _trainable.Model.RandomSnapshot = null;
    }

    private Action Snapshot()
    {
        (RandomStream masks, RandomStream own) = (_stream!, _own!);
        (ulong ofMasks, ulong ofOwn) = (masks.Position, own.Position);
        return () => (masks.Position, own.Position) = (ofMasks, ofOwn);
    }
}
