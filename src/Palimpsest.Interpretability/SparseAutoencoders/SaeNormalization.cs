namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>What is done to activations before a sparse autoencoder sees them, as SAELens names it.</summary>
public enum SaeNormalization
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>In training, inputs are multiplied by c = sqrt(d) / mean |x|; c is folded into the weights at the end, so that afterwards nothing is
    /// done.</summary>
    ExpectedAverageOnlyIn,

    /// <summary>Every input is scaled to the length sqrt(d), and its output back.</summary>
    ConstantNormRescale,

    /// <summary>Every input loses its mean and is divided by its standard deviation (of d - 1, plus 1e-5); its output gets both back.</summary>
    LayerNorm,

    /// <summary>In training, inputs are (x - mean) M with a covariance of one; M is folded into the weights at the end. Read and folded, not made.</summary>
    CovarianceWhitening,
}
