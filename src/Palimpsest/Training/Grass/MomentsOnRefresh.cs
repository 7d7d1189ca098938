namespace Palimpsest.Training.Grass;

/// <summary>What becomes of Adam's moments and counts of steps when Grass selects other rows.</summary>
public enum MomentsOnRefresh
{
    /// <summary>They begin at zero.</summary>
    Reset,

    /// <summary>They stay where they are, whatever rows now stand there, as in GaLore.</summary>
    Keep,

    /// <summary>Those of rows that are selected again go with them, the first moment times both scales (m' = P_new^T P_old m) and the second times their
    /// squares; other rows begin
    /// at zero.</summary>
    Carry,
}
