namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>Turns the losses of a batch into one and says what each of them counts in its gradient.</summary>
/// <remarks>No estimator needs a tensor: weights are constants, and the gradient of Σ w l is that of the estimate.</remarks>
public abstract class Tilt
{
    /// <summary>Numbers that a resumed run needs.</summary>
    /// <value>The default is none.</value>
    public virtual double[] State { get; } = [];

    /// <summary>Weighs a batch.</summary>
    /// <param name="losses">One an item, at least one.</param>
    /// <param name="groups">The group of each item, from 0 without gaps; only the estimator over groups looks at it.</param>
    /// <param name="weights">Receives the derivative of the estimate by each loss.</param>
    public abstract TiltReading Weigh(ReadOnlySpan<double> losses, ReadOnlySpan<int> groups, Span<double> weights);

    /// <summary>The effective share of weights of any sum.</summary>
    private protected static double Effective(ReadOnlySpan<double> weights)
    {
        double sum = 0, squares = 0;
        foreach (double weight in weights)
        {
            sum += weight;
            squares += weight * weight;
        }

        return squares > 0 ? sum * sum / squares / weights.Length : 0;
    }
}
