using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Federation.Rounds;

/// <summary>Clients that each want the weights at a target of their own: one step of gradient descent an example, with noise from its
/// stream.</summary>
internal sealed class QuadraticModel(int count, Func<int, int>? examples = null) : IClientModel
{
    private readonly Func<int, int> _examples = examples ?? (client => 1 + (client % 4));

    /// <summary>Called before a client trains.</summary>
    public Action<int>? Before { get; init; }

    /// <summary>Changes what comes of a client.</summary>
    public Func<int, LocalResult, LocalResult>? Says { get; init; }

    public ParameterLayout Layout { get; } = new([("w", [count])]);

    public void ReadStart(Span<float> weights) => weights.Fill(0.5f);

    public LocalResult Train(int client, ReadOnlySpan<float> start, LocalTraining training, Span<float> end)
    {
        Before?.Invoke(client);
        training.Stop.ThrowIfCancellationRequested();
        start.CopyTo(end);
        int all = _examples(client), steps = (int)Math.Ceiling(all * training.Share);
        double loss = 0;
        for (int step = 0; step < steps; step++)
        {
            for (int i = 0; i < end.Length; i++)
            {
                float error = end[i] - Target(client, i) + (float)(0.01 * training.Random.NextGaussian());
                loss += error * error / end.Length;
                end[i] -= (training.Trained?[i] ?? true) ? (float)(training.Options.LearningRate ?? 0.1) * error : 0;
            }
        }

        LocalResult result = new(all == 0 ? 0 : Math.Max(1, steps), steps, steps * end.Length, loss / steps);
        return Says?.Invoke(client, result) ?? result;
    }

    public ClientScore Evaluate(int client, ReadOnlySpan<float> weights)
    {
        double loss = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            loss += Math.Pow(weights[i] - Target(client, i), 2);
        }

        return new ClientScore(1, double.NaN, loss, weights.Length);
    }

    public void Dispose()
    {
    }

    public static float Target(int client, int i) => (((client * 7) + i) % 11) - 5;
}
