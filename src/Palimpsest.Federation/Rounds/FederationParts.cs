using Palimpsest.Numerics;

namespace Palimpsest.Federation.Rounds;

/// <summary>What a federation is made of.</summary>
public sealed record FederationParts
{
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
}
