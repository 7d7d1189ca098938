namespace Palimpsest.Planning;

/// <summary>In which types a training keeps its numbers.</summary>
public enum NumberType
{
    /// <summary>f32 throughout.</summary>
    F32,

    /// <summary>Weights and gradients in f32, products and activations in bf16: what this engine does when told <c>--dtype bf16</c>.</summary>
    Mixed,

    /// <summary>Weights, gradients and activations in bf16, as published runs of large models have it; this engine does not train so.</summary>
    BF16,
}
