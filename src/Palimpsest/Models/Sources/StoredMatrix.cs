using Palimpsest.Data.Gguf;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>A matrix in the type in which its file holds it.</summary>
/// <param name="Tensor">Its numbers in f32, bf16 or f16, or its blocks as [rows, bytes of a row]; the caller's.</param>
/// <param name="IsMapped">Whether that is a map of the file.</param>
/// <param name="Blocks">The type of the blocks; null for numbers.</param>
internal sealed record StoredMatrix(Tensor Tensor, bool IsMapped, GgufTensorType? Blocks = null);
