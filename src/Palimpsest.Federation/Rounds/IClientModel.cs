using Palimpsest.Numerics;

namespace Palimpsest.Federation.Rounds;

/// <summary>The model that stays with a worker for all clients it works for: it takes weights, trains them on a client's data and measures them. What the
/// data are is its own business.</summary>
/// <remarks>Made, used and disposed on one thread. Nothing of a client may be left in it for the next one: the result depends on the arguments alone.</remarks>
public interface IClientModel : IDisposable
{
    /// <summary>Names, shapes and offsets of what is trained, the same for all workers.</summary>
    ParameterLayout Layout { get; }

    /// <summary>Reads the weights a federation begins with.</summary>
    /// <param name="weights">Receives them. [count]</param>
    void ReadStart(Span<float> weights);

    /// <summary>Trains on a client's data.</summary>
    /// <param name="client">Its number in the population.</param>
    /// <param name="start">What is trained from. [count]</param>
    /// <param name="training">How.</param>
    /// <param name="end">Receives the trained weights. [count]</param>
    /// <returns>What it came to; no examples and <paramref name="end"/> equal to the start for a client without data.</returns>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    /// <exception cref="Palimpsest.Training.DivergedException">The training has diverged.</exception>
    LocalResult Train(int client, ReadOnlySpan<float> start, LocalTraining training, Span<float> end);

    /// <summary>Measures weights on what a client holds out.</summary>
    /// <param name="client">Its number in the population.</param>
    /// <param name="weights">[count]</param>
    ClientScore Evaluate(int client, ReadOnlySpan<float> weights);
}
