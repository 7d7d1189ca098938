namespace Palimpsest.Planning;

/// <summary>Predicts the memory of a training, and searches for what fits.</summary>
public static class MemoryPlan
{
    /// <summary>Bytes by category.</summary>
    /// <exception cref="PalimpsestException">The options make no sense.</exception>
    public static MemoryBytes Of(PlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Problems().FirstOrDefault() is string problem
            ? throw new PalimpsestException(char.ToUpperInvariant(problem[0]) + problem[1..])
            : WeightFormulas.Of(options) with { Activations = ActivationFormulas.Peak(options) };
    }

    /// <summary>Activations and temporaries between the forward and the backward pass, which are less than at their most.</summary>
    public static double AfterForward(PlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ActivationFormulas.AfterForward(options);
    }

    /// <summary>The largest rank with which a method fits.</summary>
    /// <param name="options">The rank in it is not read.</param>
    /// <param name="memory">Bytes of the device.</param>
    /// <returns>Null if not even rank 1 does, or the method has no rank.</returns>
    public static long? LargestRank(PlanOptions options, double memory)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.HasRank || !Fits(1))
        {
            return null;
        }

        // Bytes grow with the rank.
        long fits = 1, fails = options.Model.LargestRank + 1;
        while (fails - fits > 1)
        {
            long middle = (fits + fails) / 2;
            (fits, fails) = Fits(middle) ? (middle, fails) : (fits, middle);
        }

        return fits;

        bool Fits(long rank) => Of(options with { Rank = rank }).Total <= memory;
    }

    /// <summary>The most sequences of a pass with which a method fits; null if not even one does.</summary>
    /// <param name="options">The batch in it is not read.</param>
    /// <param name="memory">Bytes of the device.</param>
    public static int? LargestBatch(PlanOptions options, double memory)
    {
        ArgumentNullException.ThrowIfNull(options);
        int fits = 0, fails = (1 << 28) / options.Sequence + 1;
        while (fails - fits > 1)
        {
            int middle = (fits + fails) / 2;
            (fits, fails) = Of(options with { Batch = middle }).Total <= memory ? (middle, fails) : (fits, middle);
        }

        return fits == 0 ? null : fits;
    }
}
