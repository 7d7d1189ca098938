using Palimpsest.Training.Flora;
using Palimpsest.Training.GaLore;
using Palimpsest.Training.Grass;
using Palimpsest.Training.Optimizers.Projected;
using Palimpsest.Training.ReLora;

namespace Palimpsest.Training.Optimizers;

/// <summary>The optimizers by their names in recipes: a new one is one file with its options, and one line here.</summary>
internal static class OptimizerRegistry
{
    private static readonly Dictionary<string, (Type Options, Func<OptimizerContext, OptimizerOptions, IOptimizer> Create)> All = new(StringComparer.Ordinal)
    {
        ["adamw"] = Entry<AdamWOptions>((context, options) => new AdamW(context.Trainable.Parameters, options, context.Groups)),
        ["adamw8bit"] = Entry<AdamW8bitOptions>((context, options) => new AdamW8bit(context.Trainable.Parameters, options, context.Groups)),
        ["flora"] = Entry<FloraOptions>((context, options) =>
            new ProjectedOptimizer(context, options, matrix => new FloraMatrix(matrix, options, context.Random))),
        ["galore"] = Entry<GaLoreOptions>((context, options) => new ProjectedOptimizer(context, options, matrix => new GaLoreMatrix(matrix, options))),
        ["grass"] = Entry<GrassOptions>((context, options) =>
            new ProjectedOptimizer(context, options, matrix => new GrassMatrix(matrix, options, context.Random))),
        ["relora"] = Entry<ReLoraOptions>((context, options) => new ReLoraOptimizer(context, options)),
        ["sgd"] = Entry<SgdOptions>((context, options) => new Sgd(context.Trainable.Parameters, options, context.Groups)),
    };

    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } =
        All.ToDictionary(entry => entry.Key, entry => entry.Value.Options, StringComparer.Ordinal);

    /// <summary>The optimizer of some options.</summary>
    public static IOptimizer Create(OptimizerContext context, OptimizerOptions options) =>
        All.Values.First(entry => entry.Options == options.GetType()).Create(context, options);

    private static (Type, Func<OptimizerContext, OptimizerOptions, IOptimizer>) Entry<TOptions>(Func<OptimizerContext, TOptions, IOptimizer> create)
        where TOptions : OptimizerOptions => (typeof(TOptions), (context, options) => create(context, (TOptions)options));
}
