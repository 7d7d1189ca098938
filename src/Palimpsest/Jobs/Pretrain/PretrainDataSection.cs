using Palimpsest.Common;
using Palimpsest.Data.Batches;

namespace Palimpsest.Jobs.Pretrain;

/// <summary>The text of a pre-training run.</summary>
public sealed record PretrainDataSection : IValidated
{
    /// <summary>A file of texts: JSON lines, CSV, TSV, Parquet or plain text, by its extension.</summary>
    /// <value>The default is none: the general part of the embedded world.</value>
    public string? File { get; init; }

    /// <summary>Share of a file's texts that is kept for evaluation, in (0, 1); the world has held-out text of its own.</summary>
    /// <value>The default is 0.02.</value>
    public double HeldOutShare { get; init; } = 0.02;

    /// <summary>Most texts of an evaluation.</summary>
    /// <value>The default is 400.</value>
    public int HeldOut { get; init; } = 400;

    /// <summary>Held-out texts that are passed over first, so that settings are chosen on other texts than those they are reported on.</summary>
    /// <value>The default is 0.</value>
    public int HeldOutSkip { get; init; }

    /// <summary>Texts that the tokenizer is learnt from.</summary>
    /// <value>The default is 40,000.</value>
    public int TokenizerTexts { get; init; } = 40_000;

    /// <summary>Which columns of the files hold the examples.</summary>
    /// <value>The default takes the usual names.</value>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>Leaves bad lines out and counts them, instead of stopping at the first.</summary>
    /// <value>The default is false.</value>
    public bool SkipBad { get; init; }

    /// <summary>What happens to texts longer than the context.</summary>
    /// <value>The default is truncate.</value>
    public TooLongPolicy TooLong { get; init; } = TooLongPolicy.Truncate;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (HeldOut < 1 || TokenizerTexts < 1 || HeldOutSkip is < 0 or > 1_000_000)
        {
            yield return "held_out and tokenizer_texts must be at least 1, and held_out_skip from 0 to 1,000,000.";
        }

        if (HeldOutShare is not (> 0 and < 1))
        {
            yield return "held_out_share must lie between 0 and 1.";
        }
    }
}
