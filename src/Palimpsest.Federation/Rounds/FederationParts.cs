using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Rounds;

/// <summary>What a federation is made of.</summary>
public sealed record FederationParts
{
    /// <summary>What a client's updates have lost so far, among what it keeps.</summary>
    internal const string Unsent = "unsent";

    /// <summary>Number of clients that there are.</summary>
    public required int Clients { get; init; }

    /// <summary>A client's name in messages; called by any worker.</summary>
    public required Func<int, string> Name { get; init; }

    /// <summary>Makes a worker's model, on the worker's thread; disposed there at the end.</summary>
    public required Func<IClientModel> Open { get; init; }

    /// <summary>What goes down, how clients train, what goes up.</summary>
    public required FederatedAlgorithm Algorithm { get; init; }

    /// <summary>Who takes part, and what the answers come to.</summary>
    public required IRoundAggregator Aggregator { get; init; }

    /// <summary>Makes the rule of the server's step.</summary>
    public required Func<ParameterLayout, IServerOptimizer> Optimizer { get; init; }

    /// <summary>Settings.</summary>
    public required FederationOptions Options { get; init; }

    /// <summary>All draws of the federation.</summary>
    public required RandomStream Random { get; init; }

    /// <summary>Where the checkpoint and what clients keep lie; null for none of both.</summary>
    /// <value>The default is null.</value>
    public string? Folder { get; init; }

    /// <summary>What clients keep between their rounds: the algorithm's vectors, and what they could not send.</summary>
    internal IReadOnlyList<string> ClientVectors => Options.ErrorFeedback ? [.. Algorithm.ClientVectors, Unsent] : Algorithm.ClientVectors;

    /// <summary>Refuses parts that do not go together.</summary>
    /// <exception cref="PalimpsestException">A setting is none, or has no part here.</exception>
    internal void Check()
    {
        string? problem = Options.Problems().Concat(Options.Local.Problems()).Concat(Options.Local.Optimizer.Problems())
            .Concat(Options.Download.Problems()).Concat(Options.Upload.Problems()).FirstOrDefault()
            ?? (Options.ByExamples && !Aggregator.UsesWeights ? "by_examples has no part here: the aggregator counts all clients alike. Leave it out."
            : Algorithm.NeedsWeights && !Aggregator.UsesWeights
                ? "the algorithm weighs clients, and the aggregator counts them all alike. Change one of them."
            : ClientVectors.Count > 0 && Folder is null
                ? $"clients keep vectors ({string.Join(", ", ClientVectors)}) between rounds: name a folder for them."
            : null);
        if (problem is not null)
        {
            throw new PalimpsestException(char.ToUpperInvariant(problem[0]) + problem[1..]);
        }
    }

    /// <summary>What the course of the rounds depends on, by what it is.</summary>
    /// <param name="layout">Of what is trained.</param>
    /// <param name="optimizer">The server's.</param>
    internal Dictionary<string, string> Settings(ParameterLayout layout, IServerOptimizer optimizer) => new(StringComparer.Ordinal)
    {
        ["model (a hash of its layout)"] = layout.Hash,
        ["number of clients"] = Clients.ToString(CultureInfo.InvariantCulture),
        ["algorithm"] = Algorithm.Settings,
        ["aggregator"] = Aggregator.Settings,
        ["server optimizer"] = optimizer.Settings,
        ["seed (a hash of it)"] = Random.DeriveSeed().ToString(CultureInfo.InvariantCulture),
        ["setting of rounds or clients"] = OptionsHash.Text(Options with { Workers = 0, CheckpointEvery = 1, EvaluateEvery = 0 }),
    };
}
