using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Where gradients lie between a backward pass and the step: a dense buffer, or something smaller such as projected gradients.</summary>
public interface IGradientStore
{
    /// <summary>Sets all gradients to zero.</summary>
    void Zero();

    /// <summary>The Euclidean norm over all of them.</summary>
    double Norm();

    /// <summary>Multiplies all of them by a factor.</summary>
    void Scale(double factor);

    /// <summary>The gradients themselves, each a contiguous tensor: what processes that train side by side add up. The store owns them.</summary>
    IReadOnlyList<Tensor> Buffers { get; }
}
