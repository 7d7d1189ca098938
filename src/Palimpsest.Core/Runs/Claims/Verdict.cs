namespace Palimpsest.Runs.Claims;

/// <summary>What a run says about a claim.</summary>
public enum Verdict
{
    /// <summary>The rule's bound is on the right side of its threshold.</summary>
    Reproduced,

    /// <summary>The estimate is on the right side of the threshold, but the interval reaches over it.</summary>
    Partly,

    /// <summary>The estimate is on the wrong side of the threshold.</summary>
    NotReproduced,

    /// <summary>The control failed, or there are too few seeds or no figures: the run cannot tell.</summary>
    Inconclusive,

    /// <summary>The rule holds for figures that come from formulas, not from measurements.</summary>
    Modelled,
}
