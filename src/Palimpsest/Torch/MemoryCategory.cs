namespace Palimpsest.Torch;

/// <summary>What the memory of a training is for.</summary>
public enum MemoryCategory
{
    /// <summary>Gradients between the backward pass and the step.</summary>
    Gradients,

    /// <summary>What an optimizer remembers of past gradients.</summary>
    OptimizerState,

    /// <summary>Projections of gradients: matrices, or indices with their scales.</summary>
    Projectors,
}
