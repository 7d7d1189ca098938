using Palimpsest.Numerics;

namespace Palimpsest.Federation.Rounds;

/// <summary>A federated algorithm: what goes down to a client, how the client trains, what goes up again. The engine draws clients, encodes and counts,
/// sums and steps.</summary>
/// <remarks>
/// A new one overrides what it does differently and nothing else; as it stands this class is dense FedAvg. <see cref="BeginRound"/> and <see
/// cref="EndRound"/> are called on one thread while no client
/// works. All else is called on the threads of the workers and must depend on its arguments and on what <see cref="BeginRound"/> has settled alone, so that
/// the bits do not depend on the number of workers.
/// </remarks>
public abstract class FederatedAlgorithm
{
    /// <param name="proximal">μ of FedProx, at least 0: a client's gradient gains μ (p - start), which pulls it back to where it began (Li et al., Federated
    /// Optimization in Heterogeneous Networks, MLSys 2020). 0 for none.</param>
    protected FederatedAlgorithm(double proximal = 0) => Proximal = proximal;

    /// <summary>What a resumed federation must have in common.</summary>
    public abstract string Settings { get; }

    /// <summary>μ of FedProx; 0 for none.</summary>
    public double Proximal { get; }

    /// <summary>Vectors of the server beside the weights, each as long as what is trained: they are zero at first, go down with the weights, come back with
    /// a client's change of each, and the changes over the number of all clients are added to them, so that each stays the mean over all clients
    /// (SCAFFOLD's control variate, c += |S|/N mean(Δc)). Where clients count by weights, their changes do too.</summary>
    /// <value>The default is none.</value>
    public virtual IReadOnlyList<string> Variates => [];

    /// <summary>Vectors that each client keeps between its rounds, each as long as what is trained and zero at first; they lie on disk.</summary>
    /// <value>The default is none.</value>
    public virtual IReadOnlyList<string> ClientVectors => [];

    /// <summary>Whether <see cref="Weight"/> is a part of the method, so that aggregators that count all clients alike are refused.</summary>
    /// <value>The default is false.</value>
    public virtual bool NeedsWeights => false;

    /// <summary>What else of the server a checkpoint must hold, by name, such as a mask that was chosen once. Read and written in place.</summary>
    /// <value>The default is none.</value>
    public virtual IReadOnlyList<(string Name, Memory<float> Values)> State => [];

    /// <summary>Groups of clients that get unlike models, the last one the model of all.</summary>
    /// <value>The default is 1.</value>
    public virtual int Groups => 1;

    /// <summary>The group of a client: its number modulo <see cref="Groups"/>, as in FLASC's released code.</summary>
    /// <param name="client">The client's number.</param>
    public int GroupOf(int client) => client % Groups;

    /// <summary>Whether a tensor is trained and sent. The others keep what the federation begins with, at the server as at every client, and the layout that
    /// the algorithm, the aggregator and the server's optimizer see is without them.</summary>
    /// <param name="slot">Of the model's layout.</param>
    public virtual bool Trains(ParameterSlot slot) => true;

    /// <summary>Called once, before the first round and before state is restored.</summary>
    /// <param name="layout">Of what is trained.</param>
    public virtual void Prepare(ParameterLayout layout)
    {
    }

    /// <summary>Settles what the round depends on, such as the masks of the download.</summary>
    /// <param name="round">The round.</param>
    public virtual void BeginRound(ServerRound round)
    {
    }

    /// <summary>What a client gets of the server's weights.</summary>
    /// <param name="round">The round.</param>
    /// <param name="client">The client's number.</param>
    public virtual Support Download(ServerRound round, int client) => Support.All;

    /// <summary>Trains at the client. Whatever it does, it begins with the weights that arrived and ends with those that the update is taken from.</summary>
    /// <param name="work">The client's side of the round.</param>
    public virtual void Train(ClientWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Proximal > 0)
        {
            work.Training = work.Training with { Edits = [.. work.Training.Edits, new ProximalEdit(Proximal, work.Start.ToArray())] };
        }

        work.Train();
    }

    /// <summary>What the server gets of a client's update.</summary>
    /// <param name="round">The round.</param>
    /// <param name="client">The client's number.</param>
    /// <param name="update">Weights after training less those that arrived. [count]</param>
    public virtual Support Upload(ServerRound round, int client, ReadOnlySpan<float> update) => Support.All;

    /// <summary>How much a client counts in the average, beside others: a number above 0, or its answer is refused.</summary>
    /// <param name="round">The round.</param>
    /// <param name="client">The client's number.</param>
    /// <param name="result">What its training came to, as the client says; examples beyond <see cref="FederationOptions.MostExamples"/> are not
    /// counted.</param>
    /// <param name="update">As it arrived. [count]</param>
    public virtual double Weight(ServerRound round, int client, LocalResult result, ReadOnlySpan<float> update) =>
        round is { ByExamples: true } ? result.Examples : 1;

    /// <summary>Called when the server has taken its step, or had no answer to take one along.</summary>
    /// <param name="round">The round; its weights are the new ones.</param>
    public virtual void EndRound(ServerRound round)
    {
    }

    /// <summary>The part of the weights that is evaluated and served to a client, in a group if the algorithm has groups of clients.</summary>
    /// <param name="round">The last round.</param>
    /// <param name="client">The client's number; null for the model of all.</param>
    public virtual BitMask? Served(ServerRound round, int? client) => null;
}
