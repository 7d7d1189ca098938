namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>How a learning rate is corrected for moments that begin with 0: by sqrt(1 - β2^t) / (1 - β1^t).</summary>
public enum BiasCorrection
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>With t from 1.</summary>
    Adam,

    /// <summary>With t from 2, as Flower's FedAdam does.</summary>
    Flower,
}
