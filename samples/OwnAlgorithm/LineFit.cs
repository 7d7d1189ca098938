using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;

namespace OwnAlgorithm;

/// <summary>A model without a tensor in it: a line through each client's points, by stochastic gradient descent.</summary>
internal sealed class LineFit : IClientModel
{
    private const int Inputs = 500;
    private readonly float[] _truth = Draw(new RandomStream(1, "truth"));

    public ParameterLayout Layout { get; } = new([("slope", [Inputs])]);

    public void ReadStart(Span<float> weights) => weights.Clear();

    public LocalResult Train(int client, ReadOnlySpan<float> start, LocalTraining training, Span<float> end)
    {
        const int examples = 20;
        double loss = 0;
        start.CopyTo(end);
        for (int example = 0; example < examples; example++)
        {
            training.Stop.ThrowIfCancellationRequested();
            (float[] x, float error) = Error(client, example, end);
            loss += error * error;
            for (int i = 0; i < Inputs; i++)
            {
                end[i] -= (float)training.Options.LearningRate!.Value * error * x[i];
            }
        }

        return new LocalResult(examples, examples, examples, loss / examples);
    }

    public ClientScore Evaluate(int client, ReadOnlySpan<float> weights) => new(1, double.NaN, Math.Pow(Error(client, -1, weights).Error, 2), 1);

    public void Dispose()
    {
    }

    private (float[] X, float Error) Error(int client, int example, ReadOnlySpan<float> weights)
    {
        float[] x = Draw(new RandomStream(1, $"client {client}", $"example {example}"));
        float error = 0;
        for (int i = 0; i < Inputs; i++)
        {
            error += x[i] * (weights[i] - _truth[i]);
        }

        return (x, error);
    }

    private static float[] Draw(RandomStream random) => [.. Enumerable.Range(0, Inputs).Select(_ => (float)random.NextGaussian())];
}
