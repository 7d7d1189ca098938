namespace Palimpsest.Planning;

/// <summary>Where a weight stands in a model, as far as methods treat it differently.</summary>
public enum WeightPart
{
    /// <summary>A matrix inside of a block: what methods of low rank work on.</summary>
    Block,

    /// <summary>The token embedding, alone or tied to the output matrix, or a table of positions.</summary>
    Embedding,

    /// <summary>An output matrix of its own.</summary>
    Head,

    /// <summary>Norms and biases.</summary>
    Vector,
}
