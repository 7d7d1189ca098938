using Palimpsest.Data.Batches;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of CE-U.</summary>
public sealed record CeUOptions : UnlearningOptions
{
    /// <summary>Tokens at the beginning of each answer that are left out; at least 0.</summary>
    /// <value>The default is 1, as released.</value>
    public int Skip { get; init; } = 1;

    /// <inheritdoc/>
    internal override IReadOnlyList<WeightedTerm> Terms(int step) => [new("forget", 1, new CeU(Skip))];

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Skip >= 0 ? [] : ["skip must be at least 0."];
}

/// <summary>Learns the model's own distribution without the true token.</summary>
/// <remarks>Yang, CE-U: Cross Entropy Unlearning, 2025. The target has no gradient.</remarks>
/// <param name="skip">Tokens left out at the beginning of each answer.</param>
internal sealed class CeU(int skip) : IUnlearningTerm
{
    // 1/n Σ_t H(softmax(z with z[y] = -∞), softmax(z))
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => Positions(batch.Forget).Rows.Length;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        BatchView forget = pass[BatchSide.Forget];
        TokenPositions positions = Positions(forget.Batch);
        return forget.Read(positions, (own, from) =>
            SoftCrossEntropy.Of(SoftCrossEntropy.AtLabels(own.detach(), positions.Labels.AsSpan(from, (int)own.size(0)), double.NegativeInfinity), own)).sum();
    }

    private TokenPositions Positions(TokenBatch batch)
    {
        // Targets come row by row.
        (long Row, long Label)[] kept =
            [.. batch.Rows.Zip(batch.Targets).GroupBy(item => item.First / batch.Time).SelectMany(row => row.Skip(skip))];
        return new TokenPositions([.. kept.Select(item => item.Row)], [.. kept.Select(item => item.Label)]);
    }
}
