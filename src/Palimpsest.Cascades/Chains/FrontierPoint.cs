namespace Palimpsest.Cascades.Chains;

/// <summary>A point that a policy can reach.</summary>
/// <param name="Cost">Mean cost of a question.</param>
/// <param name="Accuracy">Share answered rightly.</param>
/// <param name="Kept">Share that the last tier never saw.</param>
public readonly record struct FrontierPoint(double Cost, double Accuracy, double Kept)
{
    /// <summary>Whether another point is as cheap and as right, and one of the two is better.</summary>
    /// <param name="other">The other point.</param>
    public bool IsDominatedBy(FrontierPoint other) => other.Cost <= Cost && other.Accuracy >= Accuracy && (other.Cost < Cost || other.Accuracy > Accuracy);
}
