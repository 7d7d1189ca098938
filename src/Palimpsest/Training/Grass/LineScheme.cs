namespace Palimpsest.Training.Grass;

/// <summary>How Grass selects the rows of a gradient (its columns, where there are fewer of them).</summary>
public enum LineScheme
{
    /// <summary>Those with the largest norms; of equal ones the first.</summary>
    Top,

    /// <summary>Drawn with probabilities proportional to their norms.</summary>
    Norm,

    /// <summary>Drawn with probabilities proportional to the squares of their norms.</summary>
    NormSquared,

    /// <summary>Drawn with equal probabilities.</summary>
    Uniform,
}
