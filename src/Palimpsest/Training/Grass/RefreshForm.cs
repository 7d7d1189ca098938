namespace Palimpsest.Training.Grass;

/// <summary>What Grass selects rows from.</summary>
public enum RefreshForm
{
    /// <summary>The gradient of a step's first pass, which exists for one matrix at a time.</summary>
    Materialise,

    /// <summary>The norms of that gradient by way of the products of inputs with each other, tokens x tokens; the gradient never exists. Cheaper for few
    /// tokens.</summary>
    Implicit,

    /// <summary>The gradient of all passes of the step, which exists for all matrices until its end.</summary>
    WholeStep,
}
