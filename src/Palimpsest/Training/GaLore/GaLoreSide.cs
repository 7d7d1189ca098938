namespace Palimpsest.Training.GaLore;

/// <summary>From which sides GaLore projects a gradient.</summary>
public enum GaLoreSide
{
    /// <summary>The shorter one: from the right where there are at least as many rows as columns.</summary>
    Std,

    /// <summary>The longer one.</summary>
    ReverseStd,

    /// <summary>From the left: U^T G.</summary>
    Left,

    /// <summary>From the right: G V.</summary>
    Right,

    /// <summary>From both: U^T G V.</summary>
    Full,
}
