using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.Merging;

/// <summary>The merging methods by their names in recipes: a new one is one file with its options, and one line here.</summary>
public static class MergeMethods
{
    private static readonly OrderedDictionary<string, (MergeOptions Defaults, Func<MergeOptions, MergeContext, IMergeMethod> Create)> s_all =
        new(StringComparer.Ordinal)
        {
            ["task-arithmetic"] = Entry<TaskArithmeticOptions>((options, _) => new TaskArithmetic(options)),
            ["mean"] = Entry<MeanOptions>((options, _) => new TaskArithmetic(new TaskArithmeticOptions { Scale = options.Scale, Mean = true })),
            ["ties"] = Entry<TiesOptions>((options, _) => new Ties(options)),
            ["dare"] = Entry<DareOptions>((options, context) =>
                new Dare(options, context.Stream, new TaskArithmetic(new TaskArithmeticOptions { Mean = !options.RescaleToL1 }))),
            ["dare-ties"] = Entry<DareTiesOptions>((options, context) => new Dare(options, context.Stream, new Ties(ElectionOf(options)))),
            ["breadcrumbs"] = Entry<BreadcrumbsOptions>((options, _) => new Breadcrumbs(options)),
            ["tall-masks"] = Entry<TallMasksOptions>((options, _) => new TallMasks(options)),
            ["consensus-tall"] = Entry<ConsensusTallOptions>((options, _) => new ConsensusTall(options)),
            ["emr"] = Entry<EmrOptions>((options, _) => new Emr(options)),
            ["localize-and-stitch"] = Entry<LocalizeAndStitchOptions>((options, context) => new LocalizeAndStitch(options, context.Masks)),
            ["fisher"] = Entry<FisherMergeOptions>((options, context) => new FisherMerge(options, context.Fishers ?? throw Lacks("fisher", "Fisher "
                + "diagonals"))),
            ["regmean"] = Entry<RegMeanOptions>((options, context) => new RegMean(options, context.Grams ?? throw Lacks("regmean", "Gram matrices"))),
            ["slerp"] = Entry<SlerpOptions>((options, _) => new Slerp(options)),
            ["greedy-soup"] =
            Entry<GreedySoupOptions>((options, context) => new GreedySoup(options, context.Score ?? throw Lacks("greedy-soup", "a score on held-out data"))),
        };

    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } =
        s_all.ToDictionary(entry => entry.Key, entry => entry.Value.Defaults.GetType(), StringComparer.Ordinal);

    /// <summary>The default options of a method.</summary>
    /// <exception cref="PalimpsestException">There is no such method; the message names the nearest.</exception>
    public static MergeOptions Defaults(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_all.TryGetValue(name, out (MergeOptions Defaults, Func<MergeOptions, MergeContext, IMergeMethod>) entry)
            ? entry.Defaults
            : throw new PalimpsestException($"The merging method {RecipeChoices.Unknown(s_all.Keys, name)}");
    }

    /// <summary>Makes the method of some options.</summary>
    /// <param name="options">Which method, and its settings.</param>
    /// <param name="context">What it may need.</param>
    /// <exception cref="PalimpsestException">The settings make no sense, or the context lacks what the method needs.</exception>
    public static IMergeMethod Create(MergeOptions options, MergeContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] problems = [.. options.Problems()];
        return problems.Length == 0
            ? s_all[RecipeChoices.NameOf(options)].Create(options, context)
            : throw new PalimpsestException($"The merging method \"{RecipeChoices.NameOf(options)}\": {string.Join(" ", problems)}");
    }

    private static (MergeOptions, Func<MergeOptions, MergeContext, IMergeMethod>) Entry<TOptions>(Func<TOptions, MergeContext, IMergeMethod> create)
        where TOptions : MergeOptions, new() => (new TOptions(), (options, context) => create((TOptions)options, context));

    // mergekit's form adds up; the paper's averages.
    private static TiesOptions ElectionOf(DareTiesOptions options) => options.RescaleToL1
        ? new TiesOptions { Density = 1, Sum = true, Form = TiesForm.Mergekit }
        : new TiesOptions { Density = 1 };

    private static PalimpsestException Lacks(string method, string what) => new($"The merging method \"{method}\" needs {what}, and there are none.");
}
