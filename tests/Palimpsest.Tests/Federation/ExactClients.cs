using System.Runtime.InteropServices;
using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;

namespace Palimpsest.Tests.Federation;

/// <summary>Clients whose loss is a formula: full-batch SGD with momentum in f64, one step an epoch.</summary>
internal sealed class ExactClients(ParameterLayout layout, Func<int, double[], double[]> gradient) : IClientModel
{
    public ParameterLayout Layout => layout;

    /// <summary>What <see cref="ReadStart"/> gives.</summary>
    public float[] First { get; init; } = new float[layout.Count];

    /// <summary>Examples of a client.</summary>
    public Func<int, int> Examples { get; init; } = _ => 1;

    /// <summary>What every training ended with.</summary>
    public List<float[]> Ends { get; } = [];

    public void ReadStart(Span<float> weights) => First.CopyTo(weights);

    public LocalResult Train(int client, ReadOnlySpan<float> start, LocalTraining training, Span<float> end)
    {
        double rate = training.Options.LearningRate!.Value, momentum = ((SgdOptions)training.Options.Optimizer).Momentum;
        double[] p = [.. start.ToArray().Select(value => (double)value)], v = new double[p.Length];
        for (int step = 0; step < training.Options.Epochs; step++)
        {
            double[] g = Edited(p, gradient(client, p), training);
            for (int i = 0; i < p.Length; i++)
            {
                v[i] = (momentum * v[i]) + g[i];
                p[i] -= training.Trained is null || training.Trained[i] ? rate * v[i] : 0;
            }
        }

        for (int i = 0; i < p.Length; i++)
        {
            end[i] = (float)p[i];
        }

        Ends.Add(end.ToArray());
        return new LocalResult(Examples(client), training.Options.Epochs, 0, double.NaN);
    }

    public ClientScore Evaluate(int client, ReadOnlySpan<float> weights) => default;

    public void Dispose()
    {
    }

    // Edits speak of tensors; what they add is read off f32 and added in f64.
    private double[] Edited(double[] p, double[] g, LocalTraining training)
    {
        using FlatParameters parameters = new(layout);
        parameters.Load([.. p.Select(value => (float)value)]);
        for (int edit = 0; edit < training.Edits.Count; edit++)
        {
            training.Edits[edit].Edit(parameters, training.Random.Child("edit"));
        }

        ReadOnlySpan<float> added = MemoryMarshal.Cast<byte, float>(parameters.Gradients.bytes);
        double[] sum = [.. g];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += added[i];
        }

        return sum;
    }
}
