using Palimpsest.Common;

namespace Palimpsest.Unlearning.Merging;

/// <summary>The merging methods by name: a new one is one file and one line here.</summary>
public static class MergeMethods
{
    /// <summary>All methods.</summary>
    public static IReadOnlyList<MergeMethodEntry> All { get; } =
    [
        MergeMethodEntry.Of<TaskArithmeticOptions>("task-arithmetic", (options, _) => new TaskArithmetic(options)),
        MergeMethodEntry.Of("mean", new TaskArithmeticOptions { Mean = true }, (options, _) => new TaskArithmetic(options with { Mean = true })),
        MergeMethodEntry.Of<TiesOptions>("ties", (options, _) => new Ties(options)),
        MergeMethodEntry.Of<DareOptions>("dare", (options, context) => new Dare(options, context.Stream, new TaskArithmetic(new TaskArithmeticOptions { Mean = !options.RescaleToL1 }))),
        MergeMethodEntry.Of<DareOptions>("dare-ties", (options, context) => new Dare(options, context.Stream, new Ties(DareTies(options)))),
        MergeMethodEntry.Of<BreadcrumbsOptions>("breadcrumbs", (options, _) => new Breadcrumbs(options)),
        MergeMethodEntry.Of<TallMasksOptions>("tall-masks", (options, _) => new TallMasks(options)),
        MergeMethodEntry.Of<ConsensusTallOptions>("consensus-tall", (options, _) => new ConsensusTall(options)),
        MergeMethodEntry.Of<EmrOptions>("emr", (options, _) => new Emr(options)),
        MergeMethodEntry.Of<LocalizeAndStitchOptions>("localize-and-stitch", (options, context) => new LocalizeAndStitch(options, context.Masks)),
        MergeMethodEntry.Of<FisherMergeOptions>("fisher", (options, context) => new FisherMerge(options, context.Fishers ?? throw Lacks("fisher", "Fisher diagonals"))),
        MergeMethodEntry.Of<RegMeanOptions>("regmean", (options, context) => new RegMean(options, context.Grams ?? throw Lacks("regmean", "Gram matrices"))),
        MergeMethodEntry.Of<SlerpOptions>("slerp", (options, _) => new Slerp(options)),
        MergeMethodEntry.Of<GreedySoupOptions>("greedy-soup", (options, context) => new GreedySoup(options, context.Score ?? throw Lacks("greedy-soup", "a score on held-out data"))),
    ];

    /// <summary>The method of a name.</summary>
    /// <exception cref="PalimpsestException">There is none; the message names the nearest.</exception>
    public static MergeMethodEntry Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] names = [.. All.Select(entry => entry.Name)];
        string hint = NearestName.Find(name, names) is string nearest ? $" Did you mean \"{nearest}\"?" : "";
        return All.FirstOrDefault(entry => entry.Name == name) ?? throw new PalimpsestException($"There is no merging method \"{name}\".{hint} Known: {string.Join(", ", names)}.");
    }

    // mergekit's form adds up; the paper's averages.
    private static TiesOptions DareTies(DareOptions options) => options.RescaleToL1
        ? new TiesOptions { Density = 1, Sum = true, Form = TiesForm.Mergekit }
        : new TiesOptions { Density = 1 };

    private static PalimpsestException Lacks(string method, string what) => new($"The merging method \"{method}\" needs {what}, and there are none.");
}
