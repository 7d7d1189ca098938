namespace Palimpsest.Planning;

/// <summary>How a model is trained, as far as memory depends on it.</summary>
public enum TrainingMethod
{
    /// <summary>All weights, two moments each.</summary>
    AdamW,

    /// <summary>All weights, both moments in 8 bits with a scale a block of 256.</summary>
    AdamW8bit,

    /// <summary>All weights with one momentum.</summary>
    Sgd,

    /// <summary>An adapter on every matrix of the blocks; everything else is frozen.</summary>
    Lora,

    /// <summary>Adapters that are merged again and again; embedding, norms and output matrix are trained in full.</summary>
    ReLora,

    /// <summary>Full gradients, their momentum in a random projection, a factored second moment.</summary>
    Flora,

    /// <summary>Full gradients, moments in a projection by singular vectors.</summary>
    GaLore,

    /// <summary>As GaLore, each weight stepped as soon as its gradient is there, as its released code does; not built here.</summary>
    GaLoreLayerwise,

    /// <summary>As GaLore, with projected gradients kept until the step: this engine's <c>layerwise</c>.</summary>
    GaLoreProjected,

    /// <summary>Gradients and moments of selected rows alone.</summary>
    Grass,
}
