using Palimpsest.Torch;

namespace Palimpsest.Training;

/// <summary>Scales gradients whose norm is too large.</summary>
internal static class GradientClipping
{
    // g <- g max / (|g| + 1e-6), if that is less than g; as torch's clip_grad_norm_
    /// <summary>Clips.</summary>
    /// <param name="gradients">Scaled as one.</param>
    /// <param name="norm">Their norm.</param>
    /// <param name="largest">The largest norm; 0 for no limit.</param>
    public static void Apply(IGradientStore gradients, double norm, double largest)
    {
        double factor = largest / (norm + 1e-6);
        if (largest > 0 && factor < 1)
        {
            gradients.Scale(factor);
        }
    }
}
