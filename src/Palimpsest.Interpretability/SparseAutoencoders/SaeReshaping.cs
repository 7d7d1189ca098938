namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>The form of the activations, as SAELens names it.</summary>
public enum SaeReshaping
{
    /// <summary>Vectors [..., d].</summary>
    None,

    /// <summary>Outputs of attention heads [..., heads, head width], taken as one vector head by head.</summary>
    HookZ,
}
