using Palimpsest.Common;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Jobs.Evaluate;

/// <summary>The data of an evaluation: a file, or an owner of the embedded world.</summary>
public sealed record EvaluateDataSection : IValidated
{
    /// <summary>A file of examples (JSON lines, CSV, TSV, Parquet or plain text, by its extension); all of it is asked.</summary>
    /// <value>The default is none: an owner of the world.</value>
    public string? File { get; init; }

    /// <summary>Most examples of the file that are asked; 0 for all.</summary>
    /// <value>The default is 0.</value>
    public int Most { get; init; }

    /// <summary>Number of the owner in the world.</summary>
    /// <value>The default is the seed's.</value>
    public int? Owner { get; init; }

    /// <summary>How many of the owner's facts are asked, 1 to 40.</summary>
    /// <value>The default is 40.</value>
    public int Facts { get; init; } = 40;

    /// <summary>Which columns of the files hold the examples.</summary>
    /// <value>The default takes the usual names.</value>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>Leaves bad lines out, instead of stopping at the first.</summary>
    /// <value>The default is false.</value>
    public bool SkipBad { get; init; }

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

        if (Facts is < 1 or > Palimpsest.Data.Worlds.Owner.FactCount)
        {
            yield return $"facts must be from 1 to {Palimpsest.Data.Worlds.Owner.FactCount}.";
        }

        if (Most < 0)
        {
            yield return "most must be at least 0.";
        }
    }
}
