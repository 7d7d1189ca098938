using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of EMR-merging.</summary>
public sealed record EmrOptions : MergeOptions
{
    /// <summary>Whether a task's factor compares sums of the means of tensors instead of l1 norms; both stand in released code.</summary>
    /// <value>The default is false: l1 norms.</value>
    public bool TensorMeans { get; init; }
}

/// <summary>Elects a sign and the largest agreeing magnitude of each coordinate; masks and one factor a task bring the task's own direction and size back. Two passes.</summary>
/// <remarks>Huang et al., EMR-Merging, arXiv 2405.17461, section 3.2. A sum of zero counts as negative.</remarks>
public sealed class Emr(EmrOptions options) : IMergeMethod
{
    // γ = sign(Σ τ_t)    u = γ max{|τ_t| : sign τ_t = γ}    m_t = τ_t u > 0    λ_t = ‖τ_t‖₁ / ‖m_t u‖₁    served: base + λ_t m_t u
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        int length = TaskPass.Length(tasks, merged);
        float[] unified = Unify(tasks, length);
        unified.CopyTo(merged);
        float[] agreement = new float[Math.Min(TaskPass.BlockLength, length)];
        for (int task = 0; task < (masks is null ? 0 : tasks.Count); task++)
        {
            BitMask mask = new(length);
            double own = 0, shared = 0;
            TensorWeights weights = new(tasks.Layout, options.TensorMeans);
            TaskPass.ForEach(tasks, task, (_, offset, tau) =>
            {
                for (int j = 0; j < tau.Length; j++)
                {
                    double weight = weights.At(offset + j);
                    float common = unified[offset + j];
                    bool agrees = (tau[j] > 0 && common > 0) || (tau[j] < 0 && common < 0);
                    agreement[j] = agrees ? 1 : 0;
                    own += weight * Math.Abs(tau[j]);
                    shared += agrees ? weight * Math.Abs(common) : 0;
                }

                mask.SetPositive<float>(offset, agreement.AsSpan(0, tau.Length));
            });
            masks!(new TaskMask(task, mask, shared > 0 ? own / shared : 0));
        }
    }

    private static float[] Unify(ITaskVectors tasks, int length)
    {
        double[] sum = new double[length];
        float[] highest = new float[length], lowest = new float[length];
        TaskPass.ForEach(tasks, (_, offset, tau) =>
        {
            TaskPass.Add(sum.AsSpan(offset), tau);
            for (int j = 0; j < tau.Length; j++)
            {
                highest[offset + j] = Math.Max(highest[offset + j], tau[j]);
                lowest[offset + j] = Math.Min(lowest[offset + j], tau[j]);
            }
        });
        for (int j = 0; j < length; j++)
        {
            highest[j] = sum[j] > 0 ? highest[j] : lowest[j];
        }

        return highest;
    }

    /// <summary>The weight of an entry in a norm, asked for in ascending order: 1, or 1 over the size of its tensor.</summary>
    private sealed class TensorWeights(ParameterLayout layout, bool means)
    {
        private int _slot;

        public double At(long index)
        {
            if (!means)
            {
                return 1;
            }

            while (index >= layout.Slots[_slot].Offset + layout.Slots[_slot].Count)
            {
                _slot++;
            }

            return 1.0 / layout.Slots[_slot].Count;
        }
    }
}
