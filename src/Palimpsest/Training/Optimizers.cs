using Palimpsest.Common;
using Palimpsest.Torch;

namespace Palimpsest.Training;

/// <summary>The optimizers by their names in recipes: a new one is one line here.</summary>
internal static class Optimizers
{
    private static readonly Dictionary<string, Func<FlatParameters, TrainOptions, IOptimizer>> All = new(StringComparer.Ordinal)
    {
        ["adamw"] = (parameters, options) => new AdamW(parameters, options.Adamw, options.Groups),
        ["sgd"] = (parameters, options) => new Sgd(parameters, options.Sgd, options.Groups),
    };

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? Problem(string name) => All.ContainsKey(name)
        ? null
        : $"optimizer \"{name}\" is not known. {(NearestName.Find(name, All.Keys) is string near ? $"Did you mean \"{near}\"? " : "")}There are: {string.Join(", ", All.Keys)}.";

    /// <summary>The optimizer that the settings name, over the parameters that are not frozen.</summary>
    public static IOptimizer Create(FlatParameters parameters, TrainOptions options) => All[options.Optimizer](parameters, options);
}
