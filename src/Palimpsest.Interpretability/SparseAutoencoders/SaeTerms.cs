using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>What a training pass gives: the loss is the sum of the means of all terms.</summary>
/// <param name="Code">Latents and what they were made of.</param>
/// <param name="Output">The reconstruction, [rows, d].</param>
/// <param name="Terms">Name and one value a row, [rows]; the first is the squared error, <c>mse_loss</c>, summed over the width. Coefficients are in.</param>
public sealed record SaeTerms(SaeCode Code, Tensor Output, IReadOnlyList<(string Name, Tensor Rows)> Terms)
{
    /// <summary>Squared error of each row, [rows].</summary>
    public Tensor Errors => Terms[0].Rows;
}
