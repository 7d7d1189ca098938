using Palimpsest.Torch;
using Palimpsest.Training.Objectives.Preferences;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Reasoning;

/// <summary>The two sides of theorem 6.1 on a table of states and actions, by the losses of the library and libtorch's gradients in f64.</summary>
internal static class TabularTheorem
{
    // π* = π_sft e^(A/β) / Z
    public static double[][] Optimum(double[][] start, double[][] advantage, double beta) => [.. start.Zip(advantage, (row, own) =>
    {
        double[] weights = [.. row.Zip(own, (p, a) => p * Math.Exp(a / beta))];
        return weights.Select(weight => weight / weights.Sum()).ToArray();
    })];

    // -Σ_s Σ_a π_sft(a|s) e^(A/β) ln π(a|s)
    public static (double Value, double[][] Slope) Weighted(double[][] policy, double[][] start, double[][] advantage, double beta) =>
        Minimise(policy, logits =>
    {
        double[,] weights = new double[start.Length, start[0].Length];
        for (int s = 0; s < start.Length; s++)
        {
            for (int a = 0; a < start[s].Length; a++)
            {
                weights[s, a] = start[s][a] * Math.Exp(advantage[s][a] / beta);
            }
        }

        return logits.log_softmax(1).mul(tensor(weights)).sum().neg();
    });

    // ½ Σ_s Σ_ij π_sft(i) π_sft(j) [-P ln σ(u) - (1-P) ln σ(-u)],  P = σ(A_i - A_j), u = β (ln π_i/π_sft,i - ln π_j/π_sft,j)
    // This is cDPO whose labels are flipped with the chance 1 - P.
    public static (double Value, double[][] Slope) Dpo(double[][] policy, double[][] start, double[][] advantage, double beta) => Minimise(policy, logits =>
    {
        Tensor logs = logits.log_softmax(1), one = ones(1, ScalarType.Float64), sum = zeros(1, ScalarType.Float64);
        for (int s = 0; s < start.Length; s++)
        {
            for (int i = 0; i < start[s].Length; i++)
            {
                for (int j = 0; j < start[s].Length; j++)
                {
                    Tensor Own(int action) => logs[s, action].reshape(1);
                    Tensor Reference(int action) => tensor(new[] { Math.Log(start[s][action]) });
                    double flipped = 1 / (1 + Math.Exp(advantage[s][i] - advantage[s][j]));
                    PreferenceTerms terms = new(Own(i), Own(j), Reference(i), Reference(j), one, one, beta, flipped);
                    sum = Ops.Add(sum, Ops.Scale(PreferenceLosses.All["cdpo"].PerPair(terms), 0.5 * start[s][i] * start[s][j]));
                }
            }
        }

        return sum.sum();
    });

    private static (double Value, double[][] Slope) Minimise(double[][] policy, Func<Tensor, Tensor> loss)
    {
        using DisposeScope scope = NewDisposeScope();
        double[,] logits = new double[policy.Length, policy[0].Length];
        for (int s = 0; s < policy.Length; s++)
        {
            for (int a = 0; a < policy[s].Length; a++)
            {
                logits[s, a] = Math.Log(policy[s][a]);
            }
        }

        Tensor table = tensor(logits).requires_grad_(true), value = loss(table);
        Autograd.Backward(value);
        double[] slope = [.. table.grad!.data<double>()];
        return (Ops.Number(value), [.. slope.Chunk(policy[0].Length)]);
    }
}
