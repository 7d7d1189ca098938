using Palimpsest.Common;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Jobs.Finetune;

/// <summary>The data of a fine-tuning: a file, or an owner of the embedded world.</summary>
public sealed record FinetuneDataSection : IValidated
{
    /// <summary>A file of examples: JSON lines, CSV, TSV, Parquet or plain text, by its extension.</summary>
    /// <value>The default is none: an owner of the world.</value>
    public string? File { get; init; }

    /// <summary>Examples at the beginning of the file that are passed over.</summary>
    /// <value>The default is 0.</value>
    public int Skip { get; init; }

    /// <summary>Most examples of the file that are used; 0 for all.</summary>
    /// <value>The default is 0.</value>
    public int Most { get; init; }

    /// <summary>A file of the same form for evaluation.</summary>
    /// <value>The default is none: a share of the data is kept.</value>
    public string? HeldOutFile { get; init; }

    /// <summary>Share of the file that is kept for evaluation if there is no <see cref="HeldOutFile"/>, in (0, 1). Equal texts fall on the same side.</summary>
    /// <value>The default is 0.1.</value>
    public double HeldOutShare { get; init; } = 0.1;

    /// <summary>Most held-out examples that are used.</summary>
    /// <value>The default is 500.</value>
    public int HeldOut { get; init; } = 500;

    /// <summary>Number of the owner in the world.</summary>
    /// <value>The default is the seed's, so that other seeds mean other owners.</value>
    public int? Owner { get; init; }

    /// <summary>How many of the owner's facts are learnt, 1 to 40.</summary>
    /// <value>The default is 40.</value>
    public int Facts { get; init; } = 40;

    /// <summary>Training examples a fact.</summary>
    /// <value>The default is 12.</value>
    public int ExamplesPerFact { get; init; } = 12;

    /// <summary>Share of the examples that are replayed general text, in percent.</summary>
    /// <value>The default is 75 where there is something to replay: with 50 the general text lost twice as much.</value>
    public int? ReplayPercent { get; init; }

    /// <summary>A file to replay.</summary>
    /// <value>The default is the general part of the world.</value>
    public string? ReplayFile { get; init; }

    /// <summary>Which columns of the files hold the examples.</summary>
    /// <value>The default takes the usual names.</value>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>Leaves bad lines out and counts them, instead of stopping at the first.</summary>
    /// <value>The default is false.</value>
    public bool SkipBad { get; init; }

    /// <summary>Learns the prompts too, as text: a small model learns the language of a new field this way.</summary>
    /// <value>The default is false: the loss falls on completions only.</value>
    public bool LossOnPrompt { get; init; }

    /// <summary>Puts several examples into each row, as documents that do not see each other; a row then has as many tokens as the longest example may have, and <c>train.batch_size</c> counts rows.</summary>
    /// <value>The default is false: each example has a row of its own, among others of about its length.</value>
    public bool Packing { get; init; }

    /// <summary>What happens to examples longer than the model's context.</summary>
    /// <value>The default is error.</value>
    public TooLongPolicy TooLong { get; init; } = TooLongPolicy.Error;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (File is not null && Owner is not null)
        {
            yield return "owner is a number in the embedded world and makes no sense beside file. Keep one of them.";
        }

        if (Owner is < 0 or >= World.OwnerCount)
        {
            yield return $"owner must be from 0 to {World.OwnerCount - 1}.";
        }

        if (Facts is < 1 or > Palimpsest.Data.Worlds.Owner.FactCount || ExamplesPerFact < 1)
        {
            yield return $"facts must be from 1 to {Palimpsest.Data.Worlds.Owner.FactCount}, and examples_per_fact at least 1.";
        }

        if (ReplayPercent is < 0 or > 95)
        {
            yield return "replay_percent must be from 0 to 95.";
        }

        if (HeldOutShare is not (> 0 and < 1) || HeldOut < 1)
        {
            yield return "held_out_share must lie between 0 and 1, and held_out must be at least 1.";
        }

        if (Skip < 0 || Most < 0)
        {
            yield return "skip and most must be at least 0.";
        }

        if ((Skip > 0 || Most > 0) && File is null)
        {
            yield return "skip and most need file.";
        }

        if (HeldOutFile is not null && File is null)
        {
            yield return "held_out_file needs file.";
        }
    }
}
