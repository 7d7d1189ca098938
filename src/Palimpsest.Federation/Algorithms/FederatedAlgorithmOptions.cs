using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Federation.Algorithms;

/// <summary>A federated algorithm with its settings: <c>algorithm: flasc</c>, or <c>algorithm: { name: flasc, download_density: 0.1 }</c> in a
/// recipe.</summary>
[RecipeChoice(typeof(FederatedAlgorithmRegistry))]
public abstract record FederatedAlgorithmOptions : IValidated
{
    /// <summary>μ of FedProx, which goes with every algorithm: a client's gradient gains μ (p - start).</summary>
    /// <value>The default is 0, none; 0.01 for fedprox.</value>
    public double Proximal { get; init; }

    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() =>
        Proximal >= 0 && double.IsFinite(Proximal) ? [] : ["proximal must be a number of at least 0."];

    /// <summary>A problem unless a density lies in (0, 1].</summary>
    private protected static IEnumerable<string> Share(string key, double value) =>
        value is > 0 and <= 1 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{key} must be above 0 and at most 1, but is {value}.")];

    /// <summary>Problems of a density that becomes density * decay^(round div every).</summary>
    private protected static IEnumerable<string> Decays(double decay, int every) =>
        [.. Share("decay", decay), .. every >= 1 ? (string[])[] : ["decay_every must be at least 1."]];
}
