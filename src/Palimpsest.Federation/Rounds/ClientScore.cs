namespace Palimpsest.Federation.Rounds;

/// <summary>What weights reach on a client's held-out examples.</summary>
/// <param name="Items">How many there are; 0 for none.</param>
/// <param name="Correct">How many are right; NaN where nothing can be right.</param>
/// <param name="Loss">Sum of the losses in nats.</param>
/// <param name="Elements">What the sum is divided by: examples of a classification, tokens of a text.</param>
public readonly record struct ClientScore(int Items, double Correct, double Loss, double Elements)
{
    /// <summary>Share of right items; NaN for none.</summary>
    public double Accuracy => Correct / Items;
}
