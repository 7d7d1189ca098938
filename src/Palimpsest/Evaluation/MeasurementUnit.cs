namespace Palimpsest.Evaluation;

/// <summary>What the value of a <see cref="Measurement"/> is.</summary>
public enum MeasurementUnit
{
    /// <summary>A share in [0, 1], shown in percent.</summary>
    Share,

    /// <summary>exp(nats / token).</summary>
    Perplexity,

    /// <summary>A plain number, shown with three decimals; changes are differences.</summary>
    Number,

    /// <summary>Bits a byte of UTF-8, which compares models with different tokenizers; changes are differences.</summary>
    BitsPerByte,
}
