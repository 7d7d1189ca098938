using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Revives dead latents: the largest of them are to explain what the others leave over (Gao et al., arXiv 2406.04093, appendix A.2).</summary>
/// <remarks>As SAELens 6.54 has it: no bias, no ReLU (values may be negative), the residual is a constant, and the loss is not divided by a variance.</remarks>
internal static class AuxK
{
    /// <summary>The name of the term.</summary>
    public const string Term = "auxiliary_reconstruction_loss";

    // coefficient min(D / k_aux, 1) |u - (x - x')|²        u = (the min(k_aux, D) largest z of the D dead latents) W_dec        k_aux = d / 2
    /// <summary>The term of each row.</summary>
    /// <param name="z">What the selection of the latents got, [rows, m].</param>
    /// <param name="decoder">Directions, of unit length where latents are scaled by it, [m, d].</param>
    /// <param name="residual">x - x', [rows, d].</param>
    /// <param name="pass">The dead latents among the m.</param>
    /// <param name="coefficient">Weight of the term.</param>
    /// <param name="absolute">Whether those farthest from zero are taken instead of the largest.</param>
    /// <returns>[rows]; zeros without dead latents.</returns>
    public static Tensor Of(Tensor z, Tensor decoder, Tensor residual, SaePass pass, double coefficient, bool absolute = false)
    {
        int most = (int)residual.size(-1) / 2;
        if (pass.Dead is not Tensor dead || pass.DeadCount == 0 || most == 0)
        {
            return zeros_like(residual.select(-1, 0));
        }

        Tensor candidates = Ops.MaskedFill(absolute ? z.abs() : z, dead.logical_not(), double.NegativeInfinity);
        Tensor places = candidates.topk(Math.Min(most, pass.DeadCount), -1).indexes;
        Tensor u = zeros_like(z).scatter(-1, places, z.gather(-1, places)).matmul(decoder);
        Tensor error = Ops.Subtract(u, residual.detach());
        return Ops.Scale(error.mul(error).sum(dim: -1), coefficient * Math.Min((double)pass.DeadCount / most, 1));
    }
}
