using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>The server's rule of a step with its settings: <c>server: fedadam</c>, or <c>server: { name: fedadam, learning_rate: 0.01 }</c> in a
/// recipe.</summary>
[RecipeChoice(typeof(ServerOptimizerRegistry))]
public abstract record ServerOptimizerOptions : IValidated
{
    private protected ServerOptimizerOptions(double learningRate) => LearningRate = learningRate;

    /// <summary>Factor η of a step.</summary>
    /// <value>The default is 1 for fedavg and fedavgm, 0.1 for fedadam, fedyogi and fedadagrad (Flower's), and 0.01 for adamw (0.001 in FLASC's
    /// released code).</value>
    public double LearningRate { get; init; }

    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() =>
        LearningRate > 0 && double.IsFinite(LearningRate) ? [] : ["learning_rate must be a number above 0."];

    /// <summary>A problem unless a share lies in [0, 1).</summary>
    private protected static IEnumerable<string> Share(string key, double value) => value is >= 0 and < 1 ? [] : [$"{key} must be at least 0 and below 1."];

    /// <summary>A problem unless a number is above 0: coordinates that nobody sends would become 0 / 0.</summary>
    private protected static IEnumerable<string> Above(string key, double value) =>
        value > 0 && double.IsFinite(value) ? [] : [$"{key} must be a number above 0."];
}
