using Palimpsest.Common;

namespace Palimpsest.Training.Objectives.Contrastive;

/// <summary>Settings of <see cref="ContrastiveObjective"/>.</summary>
public sealed record ContrastiveOptions : IValidated
{
    /// <summary>The cosines are multiplied by it, the inverse of a temperature; above 0.</summary>
    /// <value>The default is 20, as in sentence-transformers.</value>
    public double Scale { get; init; } = 20;

    /// <summary>Whether passages must find their queries too: the loss then is the mean of both directions.</summary>
    /// <value>The default is false: from query to passage.</value>
    public bool Symmetric { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!(Scale > 0) || !double.IsFinite(Scale))
        {
            yield return "scale must be a number above 0.";
        }
    }
}
