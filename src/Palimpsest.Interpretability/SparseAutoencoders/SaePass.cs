using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>What a training pass has to know beside its inputs.</summary>
/// <param name="Sparsity">Weight of the sparsity penalty in this step.</param>
/// <param name="Dead">Which latents have not fired for long, [m] bool; null for none.</param>
/// <param name="DeadCount">How many they are.</param>
public sealed record SaePass(double Sparsity, Tensor? Dead = null, int DeadCount = 0);
