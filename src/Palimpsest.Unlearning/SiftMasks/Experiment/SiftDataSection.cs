using Palimpsest.Common;
using Palimpsest.Jobs;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Who the owners are and what they have.</summary>
public sealed record SiftDataSection : IValidated
{
    /// <summary>The setting.</summary>
    /// <value>The default is facts.</value>
    public SiftSetting Setting { get; init; }

    /// <summary>Facts, or words with labels, that an owner has.</summary>
    /// <value>The default is 10.</value>
    public int Items { get; init; } = 10;

    /// <summary>Labels of the settings with a rule.</summary>
    /// <value>The default is 8; sentiment always has two.</value>
    public int Labels { get; init; } = 8;

    /// <summary>Words of the settings with a rule.</summary>
    /// <value>The default is 40.</value>
    public int Words { get; init; } = 40;

    /// <summary>Share of the owners who turn the rule around (sentiment).</summary>
    /// <value>The default is 0.25.</value>
    public double Turned { get; init; } = 0.25;

    /// <summary>The file of <see cref="SiftSetting.File"/>.</summary>
    public string? File { get; init; }

    /// <summary>Files whose rows follow those of <see cref="File"/>.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> MoreFiles { get; init; } = [];

    /// <summary>So many consecutive rows of the file are one owner's (TOFU: 20); 0 takes the owner column.</summary>
    /// <value>The default is 0.</value>
    public int RowsPerOwner { get; init; }

    /// <summary>Takes the owners with the most rows first, as the paper takes the most active users, instead of those who come first in the file.</summary>
    /// <value>The default is false.</value>
    public bool LargestOwners { get; init; }

    /// <summary>Owners of the file that are passed over.</summary>
    /// <value>The default is 0.</value>
    public int SkipOwners { get; init; }

    /// <summary>Gives every owner of a file its own order of the labels, for a stand-in of conflicting preferences.</summary>
    /// <value>The default is false.</value>
    public bool PermuteLabels { get; init; }

    /// <summary>Examples of each owner of a file that are learnt; of what is left over up to as many are asked, and owners with nothing left are passed over. 0 learns all and asks what was learnt.</summary>
    /// <value>The default is 0.</value>
    public int TrainExamples { get; init; }

    /// <summary>Which columns of the file hold the examples.</summary>
    public ColumnsSection Columns { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Items < 1 || Labels < 2 || Words < Items || RowsPerOwner < 0 || SkipOwners < 0 || TrainExamples < 0)
        {
            yield return "items must be at least 1, labels at least 2, words at least items, and rows_per_owner, skip_owners and train_examples at least 0.";
        }

        if ((Setting == SiftSetting.File) != (File is not null))
        {
            yield return "setting: file needs file, and only it.";
        }
    }
}
