using Palimpsest.Models.Layers;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>Makes modules over the tensors of a store and keeps account of the layers that an adapter can change, by name.</summary>
/// <param name="parameters">The tensors.</param>
/// <param name="hooks">Where activations can be read and changed.</param>
/// <param name="embedding">The token embedding, which adapters can change.</param>
internal sealed class ModuleBuilder(ParameterStore parameters, HookPoints hooks, Embedding embedding)
{
    private readonly List<(string Name, Linear Layer)> _linears = [];
    private readonly List<(string Name, INorm Norm)> _norms = [];

    /// <summary>Where activations can be read and changed.</summary>
    public HookPoints Hooks { get; } = hooks;

    /// <summary>The token embedding.</summary>
    public Embedding Embedding { get; } = embedding;

    /// <summary>The linear layers with the names of their weights without <c>.weight</c>, in the order they were made.</summary>
    public IReadOnlyList<(string Name, Linear Layer)> Linears => _linears;

    /// <summary>The norms with the names of their gains without <c>.weight</c>, in the order they were made.</summary>
    public IReadOnlyList<(string Name, INorm Norm)> Norms => _norms;

    /// <summary>A tensor of the store.</summary>
    public Tensor this[string name] => parameters[name];

    /// <summary>The linear layer of a name.</summary>
    public Linear Linear(string name, bool bias) => Linear(name, bias ? name + ".bias" : null);

    /// <summary>The linear layer of a name whose bias, if there is one, has a name of its own.</summary>
    public Linear Linear(string name, string? bias)
    {
        Linear linear = Layers.Linear.Of(parameters[name + ".weight"], parameters.PackedOf(name + ".weight"), bias is null ? null : parameters[bias]);
        _linears.Add((name, linear));
        return linear;
    }

    /// <summary>The embedding of tokens, as its hooks leave it.</summary>
    /// <param name="ids">[batch, time], int64</param>
    /// <returns>[batch, time, width]</returns>
    public Tensor Embed(Tensor ids) => Hooks.Apply("", HookPoints.Embed, Embedding.Forward(ids));

    /// <summary>Adds positions or types of tokens, as their hooks leave them.</summary>
    /// <param name="embedded">[batch, time, width]</param>
    /// <param name="point">Their hook point.</param>
    /// <param name="added">The same shape, or one that is stretched to it, such as [1, time, width].</param>
    public Tensor AddTo(Tensor embedded, string point, Tensor added) =>
        Ops.Add(embedded, Hooks.Has("", point) ? Hooks.Apply("", point, added.expand(embedded.shape)) : added);

    /// <summary>The RMS norm of a name.</summary>
    public RmsNorm RmsNorm(string name, double epsilon) => Counted(name, new RmsNorm(parameters[name + ".weight"], epsilon));

    /// <summary>The layer norm of a name.</summary>
    public LayerNorm LayerNorm(string name, double epsilon) => Counted(name, new LayerNorm(parameters[name + ".weight"], parameters[name + ".bias"], epsilon));

    private TNorm Counted<TNorm>(string name, TNorm norm)
        where TNorm : INorm
    {
        _norms.Add((name, norm));
        return norm;
    }
}
