using Palimpsest.Numerics;
using Palimpsest.Privacy;
using Palimpsest.Training;

namespace Palimpsest.Federation.Rounds;

/// <summary>A client's side of a round: what arrived, its own training, and what it will send. On the worker's thread, for one round.</summary>
public sealed class ClientWork
{
    private readonly IClientModel _model;
    private readonly float[] _start;
    private readonly float[] _end;
    private readonly IReadOnlyDictionary<string, float[]> _variates;
    private readonly IReadOnlyDictionary<string, float[]> _changes;
    private readonly IReadOnlyDictionary<string, float[]> _vectors;

    internal ClientWork(
        ServerRound round, int client, IClientModel model, float[] start, float[] end, BitMask? received, LocalTraining training,
        IReadOnlyDictionary<string, float[]> variates, IReadOnlyDictionary<string, float[]> changes, IReadOnlyDictionary<string, float[]> vectors)
    {
        (Round, Client, _model, _start, _end, Received, Training) = (round, client, model, start, end, received, training);
        (_variates, _changes, _vectors) = (variates, changes, vectors);
    }

    /// <summary>The round, as far as the algorithm's own code on the client may know it.</summary>
    public ServerRound Round { get; }

    /// <summary>The client's number.</summary>
    public int Client { get; }

    /// <summary>How the client trains; an algorithm may put another one in its place before <see cref="Train"/>.</summary>
    public LocalTraining Training { get; set; }

    /// <summary>The coordinates that arrived; null for all.</summary>
    public BitMask? Received { get; }

    /// <summary>The weights that arrived. [count]</summary>
    public ReadOnlySpan<float> Start => _start;

    /// <summary>The weights after the training. [count]</summary>
    public Span<float> End => _end;

    /// <summary>What the training came to.</summary>
    public LocalResult Result { get; private set; }

    /// <summary>A vector of <see cref="FederatedAlgorithm.Variates"/> as it arrived. [count]</summary>
    public ReadOnlySpan<float> Variate(string name) => _variates[name];

    /// <summary>What is sent back for a vector of <see cref="FederatedAlgorithm.Variates"/>: the client's change of it, zero at first. [count]</summary>
    public Span<float> Change(string name) => _changes[name];

    /// <summary>A vector of <see cref="FederatedAlgorithm.ClientVectors"/>; what stands in it after the round is kept, if the client's answer was taken in.
    /// [count]</summary>
    public Span<float> Vector(string name) => _vectors[name];

    /// <summary>Trains from <see cref="Start"/>.</summary>
    /// <exception cref="DivergedException">The training has diverged; the engine refuses the answer then.</exception>
    public void Train()
    {
        Result = _model.Train(Client, _start, Training, _end);
        RequireFinite();
    }

    /// <summary>Refuses weights that are no numbers.</summary>
    internal void RequireFinite()
    {
        if (!double.IsFinite(Clipping.Norm(_end)))
        {
            throw new DivergedException("Its weights hold NaN or infinity after the training, which has diverged.");
        }
    }
}
