using Palimpsest.Data.Batches;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>What one pass of an approximate unlearning is made of.</summary>
/// <param name="Forget">Rows that are to be forgotten; their targets are the tokens of the answers.</param>
/// <param name="Retain">Rows that are to stay, one drawn for each forget row; null where the method knows none.</param>
/// <param name="Alternates">Other answers to the prompts of the forget rows: row i belongs to forget row i modulo their number, which divides that of these
/// rows. Null where the method knows none.</param>
public sealed record ForgetRetainBatch(TokenBatch Forget, TokenBatch? Retain = null, TokenBatch? Alternates = null)
{
    /// <summary>Real tokens of all rows.</summary>
    public int Tokens => Forget.Tokens + (Retain?.Tokens ?? 0) + (Alternates?.Tokens ?? 0);

    /// <summary>The rows of a side.</summary>
    /// <exception cref="PalimpsestException">There are none.</exception>
    internal TokenBatch this[BatchSide side] => side switch
    {
        BatchSide.Forget => Forget,
        BatchSide.Retain => Retain ?? throw new PalimpsestException("This unlearning method needs rows that are to stay. Give it a retain set."),
        _ => Alternates ?? throw new PalimpsestException("This unlearning method needs other answers to the forget rows' prompts. Give it refusals or "
            + "alternatives."),
    };
}
