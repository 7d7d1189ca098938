using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Contrastive;

/// <summary>Each query must find its own passage among those of its batch: cross-entropy of the scaled cosines, where the other passages are the
/// negatives.</summary>
/// <remarks>
/// MultipleNegativesRankingLoss of sentence-transformers: Henderson et al., arXiv 1705.00652; van den Oord et al., arXiv 1807.03748. Passages that <see
/// cref="PairBatch.Excluded"/> names are no
/// negatives. The mean goes over the queries of a step; negatives come from the same pass only, so accumulation does not make more of them.
/// </remarks>
/// <param name="encoder">Makes the vectors; stays its creator's.</param>
/// <param name="options">Settings.</param>
public sealed class ContrastiveObjective(SentenceEncoder encoder, ContrastiveOptions options) : Objective<PairBatch>
{
    /// <inheritdoc/>
    public override string Settings => string.Create(CultureInfo.InvariantCulture, $"contrastive|{options.Scale}|{options.Symmetric}");

    /// <inheritdoc/>
    public override int Tokens(PairBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override double Begin(IReadOnlyList<PairBatch> window, int step) => window.Sum(batch => batch.Queries.Batch);

    /// <inheritdoc/>
    public override Tensor Sum(PairBatch batch, ObjectivePass pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return LossSum(encoder.Vectors(batch.Queries), encoder.Vectors(batch.Passages), batch.Excluded, options);
    }

    /// <summary>The sum over the queries.</summary>
    /// <param name="queries">[queries, width]; of any length.</param>
    /// <param name="passages">[passages, width]: first those of the queries in their order, then more negatives.</param>
    /// <param name="excluded">[queries * passages], as in <see cref="PairBatch"/>.</param>
    /// <param name="options">Settings.</param>
    /// <returns>One number, in nats.</returns>
    internal static Tensor LossSum(Tensor queries, Tensor passages, IReadOnlyList<bool> excluded, ContrastiveOptions options)
    {
        using DisposeScope temporaries = NewDisposeScope();
        Tensor cosines = nn.functional.normalize(queries).matmul(nn.functional.normalize(passages).t()); // [queries, passages]
        Tensor mask = tensor([.. excluded], [queries.size(0), passages.size(0)], device: queries.device);
        Tensor scores = Ops.MaskedFill(Ops.Scale(cosines, options.Scale), mask, double.NegativeInfinity);
        Tensor found = OwnNats(scores);
        if (!options.Symmetric)
        {
            return found.MoveToOuterDisposeScope();
        }

        // A passage without a query of its own finds none.
        Tensor back = OwnNats(scores.narrow(1, 0, queries.size(0)).t());
        return Ops.Scale(Ops.Add(found, back), 0.5).MoveToOuterDisposeScope();
    }

    /// <summary>Cross-entropies of the diagonal, summed.</summary>
    private static Tensor OwnNats(Tensor scores) => scores.log_softmax(1).diagonal().sum().neg();
}
