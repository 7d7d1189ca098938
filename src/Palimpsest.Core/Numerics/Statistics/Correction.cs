namespace Palimpsest.Numerics.Statistics;

/// <summary>How p values of several tests are corrected.</summary>
public enum Correction
{
    /// <summary>Bonferroni: n p. Controls the family-wise error under any dependence.</summary>
    Bonferroni,

    /// <summary>Holm (1979): Bonferroni step by step from the smallest. Controls the family-wise error under any dependence and rejects at least as much; the default.</summary>
    Holm,

    /// <summary>Šidák (1967): 1 - (1 - p)ⁿ. Needs independence.</summary>
    Sidak,

    /// <summary>Hommel (1988): rejects at least as much as Holm; needs non-negative dependence.</summary>
    Hommel,

    /// <summary>Benjamini and Hochberg (1995): controls the false discovery rate; needs non-negative dependence.</summary>
    BenjaminiHochberg,

    /// <summary>Benjamini and Yekutieli (2001): controls the false discovery rate under any dependence.</summary>
    BenjaminiYekutieli,
}
