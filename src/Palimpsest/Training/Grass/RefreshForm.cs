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

    /// <summary>A sketch of the gradient of all passes of the step: r of its columns (rows, where columns are selected), drawn by their norms and scaled so
    /// that the expected norms
    /// are right. Between processes only the sketch is added up, where <see cref="WholeStep"/> adds up the whole gradient.</summary>
    Sketch,
}
