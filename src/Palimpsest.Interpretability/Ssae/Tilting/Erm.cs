namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>The plain mean: empirical risk minimisation.</summary>
public sealed record ErmOptions : TiltOptions
{
    /// <inheritdoc/>
    internal override Tilt Create() => new BatchTilt(new BatchTiltOptions { T = 0 });
}
