namespace Palimpsest.Cascades.Agreement;

/// <summary>What one call of one model took. Null is "not known", never "nothing": a cost that is not known is refused where it is asked for.</summary>
public sealed record CallUsage
{
    /// <summary>A call that was never answered: nothing is billed for it.</summary>
    public static CallUsage None { get; } = new() { InputTokens = 0, OutputTokens = 0, Money = 0, Operations = 0 };

    /// <summary>Tokens of the question with everything around it.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>What the call cost, in the currency of the recording.</summary>
    public double? Money { get; init; }

    /// <summary>Multiplications with an addition, counted from shapes.</summary>
    public double? Operations { get; init; }

    /// <summary>Wall-clock seconds as measured.</summary>
    public double? Seconds { get; init; }
}
