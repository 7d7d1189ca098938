using Palimpsest.Runs.Recipes;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>The server's optimizers by their names in recipes: a new one is one file with its options, and one line here.</summary>
public static class ServerOptimizerRegistry
{
    private static readonly Dictionary<string, (Type Options, Func<ServerOptimizerOptions, long, IServerOptimizer> Create)> All =
        new(StringComparer.Ordinal)
        {
            ["fedavg"] = Entry<ServerAverageOptions>((options, _) => new ServerAverage(options)),
            ["fedavgm"] = Entry<FedAvgMOptions>((options, count) => new FedAvgM(options, count)),
            ["fedadam"] = Entry<FedAdamOptions>((options, count) =>
                new AdaptiveServer<AveragedSquares>(OptionsHash.Text(options), count, options.FirstSquare, options.At)),
            ["fedyogi"] = Entry<FedYogiOptions>((options, count) =>
                new AdaptiveServer<YogiSquares>(OptionsHash.Text(options), count, options.FirstSquare, options.At)),
            ["fedadagrad"] = Entry<FedAdagradOptions>((options, count) =>
                new AdaptiveServer<SummedSquares>(OptionsHash.Text(options), count, options.FirstSquare, options.At)),
            ["adamw"] = Entry<ServerAdamWOptions>((options, count) => new AdaptiveServer<AveragedSquares>(OptionsHash.Text(options), count, 0, options.At)),
        };

    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } =
        All.ToDictionary(entry => entry.Key, entry => entry.Value.Options, StringComparer.Ordinal);

    /// <summary>Makes the optimizer of some options.</summary>
    /// <param name="options">Which one, and its settings.</param>
    /// <param name="count">How many weights there are.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public static IServerOptimizer Create(ServerOptimizerOptions options, long count)
    {
        ArgumentNullException.ThrowIfNull(options);
        string name = RecipeChoices.NameOf(options);
        string[] problems = [.. options.Problems()];
        return problems.Length == 0 ? All[name].Create(options, count)
            : throw new PalimpsestException($"The server's optimizer \"{name}\": {string.Join(" ", problems)}");
    }

    private static (Type, Func<ServerOptimizerOptions, long, IServerOptimizer>) Entry<TOptions>(Func<TOptions, long, IServerOptimizer> create)
        where TOptions : ServerOptimizerOptions => (typeof(TOptions), (options, count) => create((TOptions)options, count));
}
