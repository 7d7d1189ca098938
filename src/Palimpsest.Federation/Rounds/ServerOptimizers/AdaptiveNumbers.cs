namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>The numbers of one step of <see cref="AdaptiveServer{TSquares}"/>, rounded once.</summary>
/// <param name="beta1">Share of the first moment that is kept.</param>
/// <param name="beta2">The same of the second.</param>
/// <param name="rate">η, with what corrects its bias.</param>
/// <param name="tau">Added to the root.</param>
internal readonly struct AdaptiveNumbers(double beta1, double beta2, double rate, double tau)
{
    public float Beta1 { get; } = (float)beta1;

    public float Share1 { get; } = (float)(1 - beta1);

    public float Beta2 { get; } = (float)beta2;

    public float Share2 { get; } = (float)(1 - beta2);

    public float Rate { get; } = (float)rate;

    public float Tau { get; } = (float)tau;

    /// <summary>Factor c of the root.</summary>
    public float RootFactor { get; init; } = 1;

    /// <summary>What decay leaves of a weight.</summary>
    public float Kept { get; init; } = 1;
}
