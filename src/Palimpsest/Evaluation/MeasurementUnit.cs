namespace Palimpsest.Evaluation;

/// <summary>What the value of a <see cref="Measurement"/> is.</summary>
public enum MeasurementUnit
{
    /// <summary>A share in [0, 1], shown in percent.</summary>
    Share,

    /// <summary>exp(nats / token).</summary>
    Perplexity,
}
