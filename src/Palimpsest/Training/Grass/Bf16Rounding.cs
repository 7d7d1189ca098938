namespace Palimpsest.Training.Grass;

/// <summary>Whether weights are numbers of bf16, and how a change is rounded to them.</summary>
public enum Bf16Rounding
{
    /// <summary>They are f32.</summary>
    None,

    /// <summary>To the nearest: changes of less than half a step between neighbours, 1/512 of a weight or so, are lost.</summary>
    Nearest,

    /// <summary>Up or down by chance, so that the mean is exact and small changes are not lost but add up.</summary>
    Stochastic,
}
