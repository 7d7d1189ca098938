namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>Softmax regression in f64, full batch: W [3, 12] row-major, then b [3].</summary>
internal sealed class SoftmaxTask(double[][] x, int[] y)
{
    private const int Classes = 3, Features = 12;

    public (double Loss, double[] Gradient) At(double[] theta)
    {
        double[] gradient = new double[theta.Length];
        double loss = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double[] logits = Logits(theta, x[i]);
            double log = Math.Log(logits.Sum(logit => Math.Exp(logit - logits.Max()))) + logits.Max();
            loss += (log - logits[y[i]]) / x.Length;
            for (int c = 0; c < Classes; c++)
            {
                double error = (Math.Exp(logits[c] - log) - (c == y[i] ? 1 : 0)) / x.Length;
                gradient[(Classes * Features) + c] += error;
                for (int f = 0; f < Features; f++)
                {
                    gradient[(c * Features) + f] += error * x[i][f];
                }
            }
        }

        return (loss, gradient);
    }

    public double Accuracy(double[] theta) => x.Where((row, i) => Array.IndexOf(Logits(theta, row), Logits(theta, row).Max()) == y[i]).Count() / (double)x.Length;

    private static double[] Logits(double[] theta, double[] row) =>
        [.. Enumerable.Range(0, Classes).Select(c => theta[(Classes * Features) + c] + Enumerable.Range(0, Features).Sum(f => theta[(c * Features) + f] * row[f]))];
}
