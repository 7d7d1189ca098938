using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>Keeps all directions at length 1, as Bricken et al. (2023) do: the part of the gradient along a direction is taken off before a step, and rows are
/// brought back after it.</summary>
/// <param name="sae">The autoencoder.</param>
internal sealed class UnitDecoder(SparseAutoencoder sae) : IGradientEdit, IStepProjection
{
    private readonly ParameterSlot _slot = sae.Parameters.Layout["W_dec"];
    private readonly int _width = sae.Config.OutputWidth;

    // g -= (g · w) w
    public void Edit(FlatParameters parameters, RandomStream random)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor directions = parameters["W_dec"], gradient = directions.grad!;
        Ops.AddInPlace(gradient, gradient.mul(directions).sum(1, keepdim: true).mul(directions), -1);
    }

    public void Project(long offset, Span<float> values)
    {
        long begin = _slot.Offset - offset;
        if (begin < 0 || begin + _slot.Count > values.Length)
        {
            throw new PalimpsestException("A decoder kept at length 1 must lie in the first 268 million parameters. Leave normalize_decoder out, or take "
                + "fewer latents.");
        }

        Span<float> decoder = values.Slice((int)begin, (int)_slot.Count);
        for (int row = 0; row < decoder.Length; row += _width)
        {
            Span<float> direction = decoder.Slice(row, _width);
            float length = System.Numerics.Tensors.TensorPrimitives.Norm<float>(direction);
            if (length > 0)
            {
                System.Numerics.Tensors.TensorPrimitives.Divide(direction, length, direction);
            }
        }
    }
}
