using Palimpsest.Federation.Flasc;
using Palimpsest.Federation.Rounds;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Federation.Algorithms;

/// <summary>The federated algorithms by their names in recipes: a new one is one file with its options, and one line here.</summary>
public static class FederatedAlgorithmRegistry
{
    private static readonly Dictionary<string, (Type Options, Func<FederatedAlgorithmOptions, FederatedAlgorithm> Create)> All = new(StringComparer.Ordinal)
    {
        ["fedavg"] = Entry<FedAvgOptions>(options => new FedAvg(options)),
        ["fedprox"] = Entry<FedProxOptions>(options => new FedAvg(options)),
        ["scaffold"] = Entry<ScaffoldOptions>(options => new Scaffold(options)),
        ["flasc"] = Entry<FlascOptions>(options => new FlascAlgorithm(options)),
        ["federated-select"] = Entry<FederatedSelectOptions>(options => new FederatedSelect(options)),
        ["sparse-adapter"] = Entry<SparseAdapterOptions>(options => new Pruning(options, round => round == 0 ? 1 : options.Density)),
        ["adapter-lth"] = Entry<AdapterLthOptions>(options =>
            new Pruning(options, round => options.Density * Math.Pow(options.Decay, round / options.DecayEvery))),
        ["het-lora"] = Entry<HetLoraOptions>(options => new HetLora(options)),
        ["ffa-lora"] = Entry<FfaLoraOptions>(options => new FfaLora(options)),
    };

    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } =
        All.ToDictionary(entry => entry.Key, entry => entry.Value.Options, StringComparer.Ordinal);

    /// <summary>Makes the algorithm of some options.</summary>
    /// <param name="options">Which one, and its settings.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public static FederatedAlgorithm Create(FederatedAlgorithmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string name = RecipeChoices.NameOf(options);
        string[] problems = [.. options.Problems()];
        return problems.Length == 0 ? All[name].Create(options)
            : throw new PalimpsestException($"The federated algorithm \"{name}\": {string.Join(" ", problems)}");
    }

    private static (Type, Func<FederatedAlgorithmOptions, FederatedAlgorithm>) Entry<TOptions>(Func<TOptions, FederatedAlgorithm> create)
        where TOptions : FederatedAlgorithmOptions => (typeof(TOptions), options => create((TOptions)options));
}
