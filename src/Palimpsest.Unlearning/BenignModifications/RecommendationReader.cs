namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>Whom a recommendation is for.</summary>
public enum RecommendationReader
{
    /// <summary>Whoever makes a model unlearn.</summary>
    Unlearner,

    /// <summary>Whoever builds a benchmark of unlearning.</summary>
    BenchmarkBuilder,
}
