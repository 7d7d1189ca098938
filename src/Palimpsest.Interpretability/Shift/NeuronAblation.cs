using Palimpsest.Models.Transformers;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Shift;

/// <summary>Sets numbers of a model's states to fixed values at several hooks while it lives.</summary>
public sealed class NeuronAblation : IDisposable
{
    private readonly List<IDisposable> _hooks = [];

    /// <summary>Sets them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="chosen">Hook, the places of the numbers, and what all numbers there are set to.</param>
    public NeuronAblation(CausalModel model, IEnumerable<(string Hook, IReadOnlyList<int> Places, float[] Values)> chosen)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(chosen);
        foreach ((string hook, IReadOnlyList<int> places, float[] values) in chosen)
        {
            bool[] set = new bool[values.Length];
            foreach (int place in places)
            {
                set[place] = true;
            }

            _hooks.Add(model.Hooks.Add(hook, x => where(tensor(set, device: x.device), tensor(values, device: x.device).to_type(x.dtype), x)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hooks.ForEach(hook => hook.Dispose());
}
