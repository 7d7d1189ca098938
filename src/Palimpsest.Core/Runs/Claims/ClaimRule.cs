using System.Text.Json.Serialization;
using Palimpsest.Common;

namespace Palimpsest.Runs.Claims;

/// <summary>When a claim counts as reproduced: one bound of the interval over seeds or items, or the estimate itself, on the right side of a threshold.</summary>
public sealed record ClaimRule : IValidated
{
    /// <summary>Condition on the lower end of the two-sided interval.</summary>
    public Threshold? LowerBound { get; init; }

    /// <summary>Condition on the upper end of the two-sided interval.</summary>
    public Threshold? UpperBound { get; init; }

    /// <summary>Condition on the estimate, for figures that have no spread over seeds (bytes, counts).</summary>
    public Threshold? Value { get; init; }

    /// <summary>Confidence of the interval, in (0, 1).</summary>
    /// <value>The default is 0.95.</value>
    public double Confidence { get; init; } = 0.95;

    /// <summary>What pairs the arms' values.</summary>
    /// <value>The default is <see cref="Pairing.Seed"/>.</value>
    public Pairing PairedBy { get; init; } = Pairing.Seed;

    /// <summary>How many seeds there must be; with fewer the claim is inconclusive.</summary>
    /// <value>The default is 3 for a bound over seeds, and 1 for a value or a bound over items.</value>
    public int? MinSeeds { get; init; }

    /// <summary>On how many seeds the figure of that seed alone must pass <see cref="Value"/>, for rules such as "in at least 4 of 5 seeds"; otherwise their
    /// mean is judged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] // older rules keep their hash
    public int? OnSeeds { get; init; }

    /// <summary>The one condition that is set.</summary>
    internal Threshold Condition => LowerBound ?? UpperBound ?? Value ?? throw new InvalidOperationException("The rule has no condition.");

    internal int SeedsNeeded => Math.Max(MinSeeds ?? (OverSeeds ? 3 : 1), OnSeeds ?? 0);

    private bool OverSeeds => Value is null && PairedBy != Pairing.Item;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        int conditions = (LowerBound is null ? 0 : 1) + (UpperBound is null ? 0 : 1) + (Value is null ? 0 : 1);
        if (conditions != 1)
            yield return "exactly one of lower_bound, upper_bound and value must be given.";
        if (Confidence is not (> 0 and < 1))
            yield return "confidence must lie between 0 and 1, for example 0.95.";
        if (MinSeeds < (OverSeeds ? 2 : 1))
            yield return OverSeeds ? "min_seeds must be at least 2: one seed has no interval." : "min_seeds must be at least 1.";
        if (OnSeeds is not null && (OnSeeds < 1 || Value is null || PairedBy != Pairing.Seed))
            yield return "on_seeds must be at least 1, and goes with value and paired_by: seed: it counts the seeds whose own figure passes.";
    }
}
