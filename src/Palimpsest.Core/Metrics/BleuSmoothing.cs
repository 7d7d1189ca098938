namespace Palimpsest.Metrics;

/// <summary>What BLEU does about orders of n-grams without a match.</summary>
public enum BleuSmoothing
{
    /// <summary>The k-th such order gets 1/2ᵏ matches (Chen and Cherry 2014, method 3), the default.</summary>
    Exponential,

    /// <summary>Such an order gets a small number of matches (method 1).</summary>
    Floor,

    /// <summary>A number is added to matches and totals of all orders above 1 (method 2).</summary>
    AddK,

    /// <summary>Nothing: the score is 0.</summary>
    None,
}
