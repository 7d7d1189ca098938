namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of Fisher merging.</summary>
public sealed record FisherMergeOptions : MergeOptions
{
    /// <summary>Added to every Fisher value, not a lower bound: entries that no task knows about get the weighted mean.</summary>
    /// <value>The default is 1e-6.</value>
    public double Floor { get; init; } = 1e-6;

    /// <summary>Whether each task counts by the inverse of the norm of its Fisher diagonal, so that no task drowns the others.</summary>
    /// <value>The default is false.</value>
    public bool Normalize { get; init; }

    /// <summary>Weight c_t of each task.</summary>
    /// <value>The default is none: all equal.</value>
    public IReadOnlyList<double> Coefficients { get; init; } = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        [.. Between("floor", Floor, 0, double.MaxValue), .. Coefficients.SelectMany(value => Finite("coefficients", value)).Take(1)];
}

/// <summary>Averages task vectors, each entry weighted by how much its task's likelihood depends on it. One pass.</summary>
/// <remarks>Matena and Raffel, Merging Models with Fisher-Weighted Averaging, arXiv 2111.09832, equation 4. The weights add up to one, so merging task vectors is merging models.</remarks>
/// <param name="options">Settings.</param>
/// <param name="fishers">The diagonal of each task's Fisher matrix, in the layout of the task vectors. Not negative.</param>
public sealed class FisherMerge(FisherMergeOptions options, ITaskVectors fishers) : IMergeMethod
{
    // merged = Σ_t c_t (F_t + ε) τ_t / Σ_t c_t (F_t + ε);     normalised: c_t ∝ 1 / (‖F_t‖ + ε)
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        int length = TaskPass.Length(tasks, merged);
        if (fishers.Count != tasks.Count || fishers.Layout.Hash != tasks.Layout.Hash || (options.Coefficients.Count > 0 && options.Coefficients.Count != tasks.Count))
        {
            throw new PalimpsestException($"Fisher merging needs a diagonal and a coefficient (or no coefficients) for each of {tasks.Count} tasks, in one layout; there are {fishers.Count} diagonals and {options.Coefficients.Count} coefficients.");
        }

        double[] sum = new double[length], weights = new double[length];
        float[] tau = new float[Math.Min(TaskPass.BlockLength, length)];
        for (int task = 0; task < tasks.Count; task++)
        {
            double coefficient = Coefficient(task);
            TaskPass.ForEach(fishers, task, (_, offset, fisher) =>
            {
                tasks.Read(task, offset, tau.AsSpan(0, fisher.Length));
                TaskPass.Check(task, offset, tau.AsSpan(0, fisher.Length));
                for (int j = 0; j < fisher.Length; j++)
                {
                    double weight = coefficient * (fisher[j] + options.Floor);
                    sum[offset + j] += weight * tau[j];
                    weights[offset + j] += weight;
                }
            });
        }

        for (int j = 0; j < length; j++)
        {
            merged[j] = weights[j] > 0 ? (float)(sum[j] / weights[j]) : 0;
        }
    }

    private double Coefficient(int task)
    {
        double given = options.Coefficients.Count > 0 ? options.Coefficients[task] : 1, squares = 0;
        if (!options.Normalize)
        {
            return given;
        }

        TaskPass.ForEach(fishers, task, (_, _, fisher) =>
        {
            foreach (float value in fisher)
            {
                squares += (double)value * value;
            }
        });

        // What the coefficients have in common cancels in the quotient.
        return given / (Math.Sqrt(squares) + options.Floor);
    }
}
