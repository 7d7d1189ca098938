using Palimpsest.Data.Batches;
using Palimpsest.Training.Objectives.Contrastive;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Objectives;

/// <summary>The contrastive loss against a plain form in double precision, its gradient against finite differences, and which passages are no
/// negatives.</summary>
public sealed class ContrastiveTests
{
    private const int Queries = 4, Passages = 6, Width = 5;
    private static readonly PairBatch s_batch = PairBatch.Of(
        [new([1, 2], [5, 6, 7], [8, 9]), new([3], [5, 6, 7], null), new([1, 2], [4, 4], null), new([7, 7], [3, 2], [5, 6])]);

    [Fact]
    public void Of_EqualPassagesAndEqualQueries_AreNoNegatives()
    {
        bool[] expected =
        [
            false, true, true, false, false, false,
            true, false, false, false, false, false,
            true, false, false, false, false, false,
            false, false, false, false, false, false,
        ];
        Assert.Equal(expected, s_batch.Excluded);
        Assert.Equal((4, 6), (s_batch.Queries.Batch, s_batch.Passages.Batch));
        Assert.Equal([8, 9, 0], s_batch.Passages.Ids[12..15]);
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(3, true)]
    public void LossSum_Composed_AgreesAndItsGradientIsThatOfFiniteDifferences(double scale, bool symmetric)
    {
        ContrastiveOptions options = new() { Scale = scale, Symmetric = symmetric };
        double[] queries = Values(1, Queries * Width), passages = Values(2, Passages * Width);
        using DisposeScope scope = NewDisposeScope();
        Tensor q = tensor(queries, [Queries, Width], dtype: ScalarType.Float64, requires_grad: true),
            p = tensor(passages, [Passages, Width], dtype: ScalarType.Float64, requires_grad: true);
        Tensor loss = ContrastiveObjective.LossSum(q, p, s_batch.Excluded, options);
        double expected = Composed(queries, passages, options);
        Assert.InRange(loss.item<double>(), expected - 1e-9, expected + 1e-9);
        loss.backward();
        double[] ofQueries = [.. q.grad!.data<double>()], ofPassages = [.. p.grad!.data<double>()];
        for (int i = 0; i < passages.Length; i++)
        {
            Assert.InRange(ofPassages[i] - Slope(passages, i, () => Composed(queries, passages, options)), -1e-6, 1e-6);
        }

        for (int i = 0; i < queries.Length; i++)
        {
            Assert.InRange(ofQueries[i] - Slope(queries, i, () => Composed(queries, passages, options)), -1e-6, 1e-6);
        }
    }

    private static double Slope(double[] values, int at, Func<double> of)
    {
        const double step = 1e-5;
        double old = values[at];
        values[at] = old + step;
        double above = of();
        values[at] = old - step;
        double below = of();
        values[at] = old;
        return (above - below) / (2 * step);
    }

    private static double Composed(double[] queries, double[] passages, ContrastiveOptions options)
    {
        double Score(int query, int passage)
        {
            double product = 0, a = 0, b = 0;
            for (int i = 0; i < Width; i++)
            {
                (double x, double y) = (queries[(query * Width) + i], passages[(passage * Width) + i]);
                (product, a, b) = (product + (x * y), a + (x * x), b + (y * y));
            }

            return options.Scale * product / Math.Sqrt(a * b);
        }

        double forward = 0, backward = 0;
        for (int own = 0; own < Queries; own++)
        {
            forward += Math.Log(Enumerable.Range(0, Passages).Where(other => !s_batch.Excluded[(own * Passages) + other]).Sum(other =>
                Math.Exp(Score(own, other) - Score(own, own))));
            backward += Math.Log(Enumerable.Range(0, Queries).Where(other => !s_batch.Excluded[(other * Passages) + own]).Sum(other =>
                Math.Exp(Score(other, own) - Score(own, own))));
        }

        return options.Symmetric ? (forward + backward) / 2 : forward;
    }

    private static double[] Values(long seed, int count)
    {
        using Tensor values = TestContexts.Normal(seed, count).to_type(ScalarType.Float64);
        return [.. values.data<double>()];
    }
}
