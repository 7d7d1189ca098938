using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Privacy;

namespace Palimpsest.Federation.Rounds;

/// <summary>Decodes what a client sends and holds it against what an answer must be. Whatever a client says or sends, the federation goes on.</summary>
/// <param name="parts">The federation.</param>
/// <param name="count">Values of a vector.</param>
internal sealed class AnswerReader(FederationParts parts, int count)
{
    /// <summary>Vectors of an answer: the update, then the change of each variate.</summary>
    public int Vectors { get; } = 1 + parts.Algorithm.Variates.Count;

    /// <summary>Reads an answer.</summary>
    /// <param name="round">The round.</param>
    /// <param name="client">The client's number.</param>
    /// <param name="frames">What it sent.</param>
    /// <param name="agreed">The update's mask, if both sides know it.</param>
    /// <param name="result">What it says of its training.</param>
    /// <param name="contribution">Receives the vectors one after the other. [<see cref="Vectors"/> x count]</param>
    /// <param name="weight">How much the answer counts.</param>
    /// <returns>Why the answer is refused; null if it is in order.</returns>
    public string? Read(
        ServerRound round, int client, IReadOnlyList<byte[]> frames, BitMask? agreed, LocalResult result, Span<float> contribution, out double weight)
    {
        weight = 1;
        if (Implausible(result) is string what)
        {
            return what;
        }

        if (frames.Count != Vectors)
        {
            return $"It sent {frames.Count} vectors where {Vectors} are needed.";
        }

        for (int i = 0; i < Vectors; i++)
        {
            Span<float> part = contribution.Slice(i * count, count);
            try
            {
                VectorFrame.Decode(frames[i], part, i == 0 ? agreed : null);
            }
            catch (PalimpsestException problem)
            {
                return problem.Message;
            }

            if (!double.IsFinite(Clipping.Norm(part)))
            {
                return $"Its {(i == 0 ? "update" : $"change of {parts.Algorithm.Variates[i - 1]}")} holds NaN or infinity: its training has diverged.";
            }
        }

        if (parts.Aggregator.UsesWeights)
        {
            int most = parts.Options.MostExamples;
            LocalResult counted = most > 0 ? result with { Examples = Math.Min(result.Examples, most) } : result;
            weight = parts.Algorithm.Weight(round, client, counted, contribution[..count]);
        }

        return weight > 0 && double.IsFinite(weight) ? null : FormattableString.Invariant($"It would count {weight} times.");
    }

    /// <summary>What cannot be in what a client says of its training; null if nothing.</summary>
    public static string? Implausible(LocalResult result) => result is { Examples: >= 0, Steps: >= 0, Tokens: >= 0 } and not { Examples: > 0, Steps: 0 }
        ? null
        : $"It says that it has learnt from {result.Examples} examples and {result.Tokens} tokens in {result.Steps} steps, which cannot be.";
}
