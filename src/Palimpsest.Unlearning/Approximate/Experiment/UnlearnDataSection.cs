using Palimpsest.Common;
using Palimpsest.Data.Batches;
using Palimpsest.Jobs;

namespace Palimpsest.Unlearning.Approximate.Experiment;

/// <summary>What is to be forgotten, and what is to stay.</summary>
public sealed record UnlearnDataSection : IValidated
{
    /// <summary>The examples that are to be forgotten: JSON lines, CSV, TSV, Parquet or plain text, by the extension.</summary>
    public string Forget { get; init; } = "";

    /// <summary>The examples that are to stay; they are measured in any case, and learnt by the methods that have a retain term.</summary>
    public string Retain { get; init; } = "";

    /// <summary>A text file of refusals, one a line, for dpo-idk and idk-po.</summary>
    /// <value>The default is a short list of the library's.</value>
    public string? Refusals { get; init; }

    /// <summary>Plausible other answers to the forget set's prompts, the same number for each, for altpo.</summary>
    /// <value>There is no default.</value>
    public string? Alternatives { get; init; }

    /// <summary>Which columns of the files hold the examples.</summary>
    /// <value>The default takes the usual names.</value>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>Leaves bad lines out and counts them, instead of stopping at the first.</summary>
    /// <value>The default is false.</value>
    public bool SkipBad { get; init; }

    /// <summary>What happens to examples longer than the model's context.</summary>
    /// <value>The default is error.</value>
    public TooLongPolicy TooLong { get; init; } = TooLongPolicy.Error;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Forget.Length == 0)
        {
            yield return "forget must name a file: what is to be forgotten.";
        }

        if (Retain.Length == 0)
        {
            yield return "retain must name a file: what is to stay. It is measured in any case.";
        }
    }
}
