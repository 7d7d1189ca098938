using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of RegMean.</summary>
public sealed record RegMeanOptions : MergeOptions
{
    /// <summary>Factor α of the off-diagonal entries of the Gram matrices, in [0, 1]; below 1 the system cannot be singular.</summary>
    /// <value>The default is 0.9, the paper's.</value>
    public double Alpha { get; init; } = 0.9;

    /// <summary>Whether Gram matrices are divided by their numbers of rows, as in the released code. It matters when tasks have different amounts of data.</summary>
    /// <value>The default is false.</value>
    public bool MeanGram { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Between("alpha", Alpha, 0, 1);
}

/// <summary>Gives each linear layer the weight whose outputs are nearest to those of the tasks' own layers on their own inputs; averages everything else. One pass.</summary>
/// <remarks>Jin et al., Dataless Knowledge Fusion by Merging Weights, arXiv 2212.09849, equation 2. Linear in the weights, so it may be given task vectors. Needs [in, in] f64 for each layer.</remarks>
/// <param name="options">Settings.</param>
/// <param name="grams">Gram matrices.</param>
public sealed class RegMean(RegMeanOptions options, IGramSource grams) : IMergeMethod
{
    // Wᵀ = (Σ_t G̃_t)⁻¹ Σ_t G̃_t W_tᵀ,   G̃ = α G + (1 - α) diag G
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        TaskPass.Length(tasks, merged);
        ParameterSlot[] layers = [.. tasks.Layout.Slots.Where(slot => slot.Shape.Count == 2 && grams.Has(slot.Name))];
        double[][] left = [.. layers.Select(slot => new double[slot.Shape[1] * slot.Shape[1]])], right = [.. layers.Select(slot => new double[slot.Count])];
        double[] sum = new double[merged.Length];
        for (int task = 0; task < tasks.Count; task++)
        {
            TaskPass.ForEach(tasks, task, (_, offset, tau) => TaskPass.Add(sum.AsSpan(offset), tau));
            for (int i = 0; i < layers.Length; i++)
            {
                AddLayer(tasks, task, layers[i], left[i], right[i]);
            }
        }

        TaskPass.Write(sum, 1.0 / tasks.Count, merged);
        for (int i = 0; i < layers.Length; i++)
        {
            Solve(layers[i], left[i], right[i]);
            TaskPass.Write(right[i], 1, merged.Slice((int)layers[i].Offset, (int)layers[i].Count));
        }
    }

    private void AddLayer(ITaskVectors tasks, int task, ParameterSlot slot, double[] left, double[] right)
    {
        int inputs = (int)slot.Shape[1], outputs = (int)slot.Shape[0];
        double[] gram = new double[inputs * inputs];
        long rows = grams.Read(task, slot.Name, gram);
        for (int r = 0; r < inputs; r++)
        {
            for (int c = 0; c < inputs; c++)
            {
                gram[(r * inputs) + c] *= (r == c ? 1 : options.Alpha) / (options.MeanGram ? Math.Max(rows, 1) : 1);
                left[(r * inputs) + c] += gram[(r * inputs) + c];
            }
        }

        float[] weight = new float[inputs];
        for (int o = 0; o < outputs; o++)
        {
            // Row o of the weight is column o of Wᵀ; G̃ is symmetric.
            tasks.Read(task, slot.Offset + ((long)o * inputs), weight);
            Span<double> target = right.AsSpan(o * inputs, inputs);
            for (int k = 0; k < inputs; k++)
            {
                double factor = weight[k];
                ReadOnlySpan<double> row = gram.AsSpan(k * inputs, inputs);
                for (int c = 0; c < inputs; c++)
                {
                    target[c] += factor * row[c];
                }
            }
        }
    }

    // Cholesky: A = L Lᵀ, then L z = b and Lᵀ x = z for each output.
    private static void Solve(ParameterSlot slot, double[] a, double[] b)
    {
        int n = (int)slot.Shape[1];
        for (int r = 0; r < n; r++)
        {
            for (int c = 0; c <= r; c++)
            {
                double dot = a[(r * n) + c];
                for (int k = 0; k < c; k++)
                {
                    dot -= a[(r * n) + k] * a[(c * n) + k];
                }

                a[(r * n) + c] = r != c ? dot / a[(c * n) + c] : dot > 1e-14 * Math.Abs(a[(r * n) + r]) ? Math.Sqrt(dot)
                    : throw new PalimpsestException($"The inputs of \"{slot.Name}\" do not span its {n} input features, so RegMean has no single answer. Use more rows, or an alpha below 1.");
            }
        }

        for (int start = 0; start < b.Length; start += n)
        {
            Span<double> x = b.AsSpan(start, n);
            for (int r = 0; r < n; r++)
            {
                for (int k = 0; k < r; k++)
                {
                    x[r] -= a[(r * n) + k] * x[k];
                }

                x[r] /= a[(r * n) + r];
            }

            for (int r = n - 1; r >= 0; r--)
            {
                for (int k = r + 1; k < n; k++)
                {
                    x[r] -= a[(k * n) + r] * x[k];
                }

                x[r] /= a[(r * n) + r];
            }
        }
    }
}
