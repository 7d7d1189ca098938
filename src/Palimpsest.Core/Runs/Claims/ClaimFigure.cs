namespace Palimpsest.Runs.Claims;

/// <summary>How two arms become one figure.</summary>
public enum ClaimFigure
{
    /// <summary>The mean of one arm.</summary>
    Value,

    /// <summary>Mean of the arm minus mean of the other.</summary>
    Difference,

    /// <summary>Mean of the arm divided by mean of the other.</summary>
    Ratio,
}
