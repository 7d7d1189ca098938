using Palimpsest.Common;
using Palimpsest.Data.Worlds;
using Palimpsest.Jobs;

namespace Palimpsest.Cascades.Experiment;

/// <summary>The questions: recorded ones with their answers, texts of a file, or the embedded world's.</summary>
public sealed record CascadeDataSection : IValidated
{
    /// <summary>What is asked: biographies, facts, texts or recorded.</summary>
    /// <value>The default is recorded where there is a file, and else biographies.</value>
    public CascadeTask? Task { get; init; }

    /// <summary>A file of recorded answers, as the page on cascades describes them, or of texts with their classes.</summary>
    /// <value>The default is none: a live cascade on the world.</value>
    public string? File { get; init; }

    /// <summary>Where a file of texts holds them (as prompts) and their classes (as completions).</summary>
    /// <value>The default is the columns or keys of the usual names.</value>
    public ColumnsSection? Columns { get; init; }

    /// <summary>Texts that classifiers are trained on, of the world or a file; facts are taught as many as are asked.</summary>
    /// <value>The default is 1,500.</value>
    public int Train { get; init; } = 1500;

    /// <summary>Questions that scorers and routers learn from, and that best members are chosen on.</summary>
    /// <value>The default is 300.</value>
    public int Tune { get; init; } = 300;

    /// <summary>Questions that thresholds are set on.</summary>
    /// <value>The default is 100, about as many as the paper takes.</value>
    public int Calibrate { get; init; } = 100;

    /// <summary>Most questions that are counted; 0 for all others of a file.</summary>
    /// <value>The default is 5,000 of biographies and texts, 1,000 of facts, and all of recorded answers.</value>
    public int? Test { get; init; }

    /// <summary>Shares of the words that are blotted out, one level of difficulty each; for biographies only.</summary>
    /// <value>The default is 0, 0.2, 0.4, 0.6 and 0.8.</value>
    public IReadOnlyList<double> Blots { get; init; } = [0, 0.2, 0.4, 0.6, 0.8];

    /// <summary>Whether nobody is asked.</summary>
    internal bool IsRecorded => Task is CascadeTask.Recorded || (Task is null && File is not null);

    /// <summary>How many questions are asked of everybody in a live cascade.</summary>
    internal int Questions => Tune + Calibrate + (Test ?? 0);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Task is CascadeTask task && File is null == task is CascadeTask.Texts or CascadeTask.Recorded)
        {
            yield return $"task: {(File is null ? "texts and recorded need a file" : "biographies and facts take no file")}. Give one of the two.";
        }

        if (Task is not CascadeTask.Texts && Columns is not null)
        {
            yield return "columns belong to task: texts. Leave them out, or name the task.";
        }

        if (Train < 100 || Tune < 0 || Calibrate < 1 || Test < 0)
        {
            yield return "train must be at least 100, calibrate at least 1, and tune and test at least 0.";
        }

        if (File is null && (long)Train + Tune + Calibrate + (Test ?? 0) > Biographies.MostCount)
        {
            yield return $"train, tune, calibrate and test together must be at most {Biographies.MostCount:N0}.";
        }

        if (Blots.Count == 0 || Blots.Any(blot => blot is not (>= 0 and < 1)))
        {
            yield return "blots must hold shares from 0 to below 1, such as [0, 0.5].";
        }
    }
}
