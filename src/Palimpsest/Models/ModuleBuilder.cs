using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>Makes modules over the tensors of a store and keeps account of the linear layers, so that an adapter can find them by name.</summary>
internal sealed class ModuleBuilder(ParameterStore parameters, HookPoints hooks)
{
    private readonly Dictionary<string, Linear> _linears = new(StringComparer.Ordinal);

    /// <summary>Where activations can be read and changed.</summary>
    public HookPoints Hooks { get; } = hooks;

    /// <summary>The linear layers by the names of their weights without <c>.weight</c>.</summary>
    public IReadOnlyDictionary<string, Linear> Linears => _linears;

    /// <summary>A tensor of the store.</summary>
    public Tensor this[string name] => parameters[name];

    /// <summary>The linear layer of a name.</summary>
    public Linear Linear(string name, bool bias)
    {
        Linear linear = new(parameters[name + ".weight"], bias ? parameters[name + ".bias"] : null);
        _linears.Add(name, linear);
        return linear;
    }

    /// <summary>The RMS norm of a name.</summary>
    public RmsNorm RmsNorm(string name, double epsilon) => new(parameters[name + ".weight"], epsilon);

    /// <summary>The layer norm of a name.</summary>
    public LayerNorm LayerNorm(string name, double epsilon) => new(parameters[name + ".weight"], parameters[name + ".bias"], epsilon);
}
