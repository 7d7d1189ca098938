namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>Softmax regression in f64, full batch: W [3, 12] row-major, then b [3].</summary>
internal sealed class SoftmaxTask(double[][] x, int[] y)
{
    public const int Classes = 3, Features = 12;

    public double[][] X => x;

    public int[] Y => y;

    public double Loss(double[] theta) => x.Select((row, i) =>
    {
        double[] logits = Logits(theta, row);
        return Math.Log(logits.Sum(logit => Math.Exp(logit - logits.Max()))) + logits.Max() - logits[y[i]];
    }).Average();

    public double Accuracy(double[] theta) => x.Where((row, i) => Array.IndexOf(Logits(theta, row), Logits(theta, row).Max()) == y[i]).Count() / (double)x.Length;

    private static double[] Logits(double[] theta, double[] row) =>
        [.. Enumerable.Range(0, Classes).Select(c => theta[(Classes * Features) + c] + Enumerable.Range(0, Features).Sum(f => theta[(c * Features) + f] * row[f]))];
}
