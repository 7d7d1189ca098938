using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Baselines;

/// <summary>Says before anyone is asked how likely each system is right: RouteLLM's matrix factorisation, a vector a system and a projection of the
/// question.</summary>
/// <remarks>Ong et al., RouteLLM, ICLR 2025 (arXiv 2406.18665), section 4.2: δ(m, q) = wᵀ(v_m ⊙ Wᵀq); w is absorbed in v_m. Questions are sentence vectors,
/// or hashed words of length 1 where there is no encoder.</remarks>
internal sealed class FactorRouter
{
    private const int Width = 16, Passes = 30;
    private const double Rate = 0.5, Penalty = 1e-4;
    private readonly double[][] _systems; // [systems][width]
    private readonly double[] _bias; // [systems]
    private readonly double[] _projection; // [features * width]

    private FactorRouter(int systems, int features, RandomStream random)
    {
        _bias = new double[systems];
        _systems = [.. Enumerable.Range(0, systems).Select(_ => Enumerable.Range(0, Width).Select(_ => random.NextGaussian()).ToArray())];
        _projection = [.. Enumerable.Range(0, features * Width).Select(_ => 0.1 * random.NextGaussian())];
    }

    /// <summary>Trains on which system was right where.</summary>
    /// <param name="questions">Features of each question and their values.</param>
    /// <param name="right">One list of systems a question.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="random">First values, and the order of the questions.</param>
    public static FactorRouter Train(IReadOnlyList<(int[] Features, float[] Values)> questions, IReadOnlyList<IReadOnlyList<bool>> right, int features,
        RandomStream random)
    {
        FactorRouter router = new(right[0].Count, features, random.Child("start"));
        int[] order = [.. Enumerable.Range(0, questions.Count)];
        RandomStream shuffles = random.Child("order");
        for (int pass = 0; pass < Passes; pass++)
        {
            shuffles.Shuffle(order.AsSpan());
            foreach (int question in order)
            {
                router.Step(questions[question], right[question], Rate / (1 + pass));
            }
        }

        return router;
    }

    /// <summary>How likely each system is right.</summary>
    public double[] Probabilities((int[] Features, float[] Values) question)
    {
        double[] inner = Project(question);
        return [.. Enumerable.Range(0, _bias.Length).Select(system => Sigmoid(Score(system, inner)))];
    }

    private void Step((int[] Features, float[] Values) question, IReadOnlyList<bool> right, double rate)
    {
        double[] inner = Project(question), back = new double[Width];
        for (int system = 0; system < _bias.Length; system++)
        {
            double error = Sigmoid(Score(system, inner)) - (right[system] ? 1 : 0);
            double[] vector = _systems[system];
            _bias[system] -= rate * error;
            for (int i = 0; i < Width; i++)
            {
                back[i] += error * vector[i];
                vector[i] -= rate * ((error * inner[i]) + (Penalty * vector[i]));
            }
        }

        for (int f = 0; f < question.Features.Length; f++)
        {
            int row = question.Features[f] * Width;
            for (int i = 0; i < Width; i++)
            {
                _projection[row + i] -= rate * ((back[i] * question.Values[f]) + (Penalty * _projection[row + i]));
            }
        }
    }

    private double Score(int system, double[] inner)
    {
        double sum = _bias[system];
        for (int i = 0; i < Width; i++)
        {
            sum += _systems[system][i] * inner[i];
        }

        return sum;
    }

    private double[] Project((int[] Features, float[] Values) question)
    {
        double[] inner = new double[Width];
        for (int f = 0; f < question.Features.Length; f++)
        {
            int row = question.Features[f] * Width;
            for (int i = 0; i < Width; i++)
            {
                inner[i] += question.Values[f] * _projection[row + i];
            }
        }

        return inner;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
