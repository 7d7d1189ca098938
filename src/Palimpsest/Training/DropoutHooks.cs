using System.Globalization;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Training;

/// <summary>Dropout on the outputs of attention and MLP while it is installed. Masks depend on the seed, the step and the batch alone, so a resumed run draws the same ones.</summary>
internal sealed class DropoutHooks : IDisposable
{
    private readonly List<IDisposable> _hooks = [];
    private RandomStream _stream;

    public DropoutHooks(CausalModel model, double probability, RandomStream stream)
    {
        _stream = stream;
        if (probability > 0)
        {
            for (int layer = 0; layer < model.Config.Layers; layer++)
            {
                foreach (string point in new[] { "hook_attn_out", "hook_mlp_out" })
                {
                    _hooks.Add(model.Hooks.Add($"blocks.{layer}.{point}", x => Dropout.Apply(x, probability, _stream)));
                }
            }
        }
    }

    /// <summary>Turns to the masks of a batch.</summary>
    public void Begin(RandomStream root, int step, int batch) => _stream = root.Child(step.ToString(CultureInfo.InvariantCulture), batch.ToString(CultureInfo.InvariantCulture));

    public void Dispose() => _hooks.ForEach(hook => hook.Dispose());
}
