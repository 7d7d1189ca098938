namespace Palimpsest.Planning;

/// <summary>Bytes by category; modelled, never measured.</summary>
/// <param name="Weights">All weights, frozen ones and adapters included.</param>
/// <param name="Gradients">Gradients between backward pass and step.</param>
/// <param name="State">The optimizer's state.</param>
/// <param name="Projectors">Projection matrices, or indices and scales.</param>
/// <param name="Activations">Activations and temporaries, at their most.</param>
public sealed record MemoryBytes(double Weights, double Gradients, double State, double Projectors, double Activations)
{
    /// <summary>All of them.</summary>
    public double Total => Weights + Gradients + State + Projectors + Activations;

    /// <summary>The buffers that a training owns from its beginning to its end.</summary>
    public double Owned => Total - Activations;
}
