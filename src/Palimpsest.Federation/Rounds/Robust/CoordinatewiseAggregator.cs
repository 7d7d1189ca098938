using Palimpsest.Numerics;

namespace Palimpsest.Federation.Rounds.Robust;

/// <summary>A fixed number of clients, drawn without replacement, and for each coordinate a rule over what they sent, so that a few of them that send
/// anything at all cannot take the result over.</summary>
/// <remarks>
/// All answers of a round are held: the cohort times the values of an answer, in f32. Clients count alike. What a sparse upload leaves out counts as zero:
/// where fewer than half of the clients send a coordinate its median is 0, so these rules want dense uploads or masks that all share. They give no privacy.
/// </remarks>
public abstract class CoordinatewiseAggregator : IRoundAggregator
{
    private readonly int _clients;
    private readonly int _cohort;
    private readonly List<float[]> _answers = [];

    private protected CoordinatewiseAggregator(int clients, int cohort)
    {
        (_clients, _cohort) = (clients, MeanAggregator.Check(clients, cohort));
    }

    /// <inheritdoc/>
    public abstract string Settings { get; }

    /// <inheritdoc/>
    public bool UsesWeights => false;

    /// <inheritdoc/>
    public string State => "";

    /// <inheritdoc/>
    public string? Statement => null;

    /// <summary>Clients of a round.</summary>
    private protected int Cohort => _cohort;

    /// <inheritdoc/>
    public void Restore(string state)
    {
    }

    /// <inheritdoc/>
    public IAggregation Begin(int length, RandomStream random) =>
        new Answers(this, MeanAggregator.Draw(_clients, _cohort, random), length);

    /// <summary>The rule.</summary>
    /// <param name="values">What the clients sent for a coordinate, ascending; at least one.</param>
    private protected abstract float Of(ReadOnlySpan<float> values);

    private sealed class Answers(CoordinatewiseAggregator owner, IReadOnlyList<int> clients, int length) : IAggregation
    {
        private int _count;

        public IReadOnlyList<int> Clients => clients;

        public void Add(int client, Span<float> contribution, double weight)
        {
            // The room of one round serves the next.
            if (owner._answers.Count == _count)
            {
                owner._answers.Add(new float[length]);
            }

            contribution.CopyTo(owner._answers[_count++]);
        }

        public bool Finish(Span<float> average)
        {
            Span<float> values = new float[_count];
            for (int i = 0; i < average.Length && _count > 0; i++)
            {
                for (int client = 0; client < _count; client++)
                {
                    values[client] = owner._answers[client][i];
                }

                values.Sort();
                average[i] = owner.Of(values);
            }

            return _count > 0;
        }
    }
}
