using Palimpsest.Common;

namespace Palimpsest.Cascades.Costs;

/// <summary>What a model's calls cost, as its user pays for them.</summary>
public sealed record CallPrice : IValidated
{
    /// <summary>Price of a call, whatever its length.</summary>
    public double? Call { get; init; }

    /// <summary>Price of a million tokens of the question.</summary>
    public double? Input { get; init; }

    /// <summary>Price of a million tokens of the answer.</summary>
    public double? Output { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Call is null && Input is null && Output is null)
        {
            yield return "call, or input and output, must be given: a price with nothing in it is no price.";
        }

        if ((Input is null) != (Output is null))
        {
            yield return "input and output belong together: a call is paid for both.";
        }

        if (new[] { Call, Input, Output }.Any(price => price is not null and not (>= 0 and < double.PositiveInfinity)))
        {
            yield return "call, input and output must be at least 0.";
        }
    }
}
