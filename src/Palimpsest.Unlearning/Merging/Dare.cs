using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of DARE.</summary>
public sealed record DareOptions : DareSettings;

/// <summary>Drops random entries of each task vector, rescales the rest, and merges what is left by another method, in that method's passes.</summary>
/// <remarks>
/// Yu et al., Language Models are Super Mario, arXiv 2311.03099, equation 3. An entry stays if its 32-bit word of the task's stream is not below p · 2^32, so the choice depends on seed, task and index alone.
/// mergekit's forms: <see cref="DareSettings.RescaleToL1"/> with a plain sum, or with <see cref="Ties"/> of form mergekit, density 1, sum.
/// </remarks>
/// <param name="options">Settings.</param>
/// <param name="stream">Gives each task a stream of its own.</param>
/// <param name="then">Merges the changed vectors.</param>
public sealed class Dare(DareSettings options, RandomStream stream, IMergeMethod then) : IMergeMethod
{
    /// <summary>Masks to use instead of drawn ones.</summary>
    internal Func<int, BitMask>? Keep { get; init; }

    // δ_t = m_t τ_t / (1 - p)
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        TaskPass.Length(tasks, merged);
        then.Merge(Changed(tasks), merged, masks);
    }

    /// <summary>The dropped and rescaled vectors.</summary>
    internal ITaskVectors Changed(ITaskVectors tasks)
    {
        if (!(options.DropRate is >= 0 and < 1))
        {
            throw new PalimpsestException($"A drop rate of {options.DropRate} keeps nothing to rescale; it must lie in [0, 1).");
        }

        return new ChangedTasks(tasks, (task, vector) =>
        {
            double[] norms = [.. tasks.Layout.Slots.Select(slot => Norm(slot, vector))];
            (Keep?.Invoke(task) ?? Draw(task, vector.Length)).Apply(0, vector);
            for (int i = 0; i < norms.Length; i++)
            {
                ParameterSlot slot = tasks.Layout.Slots[i];
                double left = options.RescaleToL1 ? Norm(slot, vector) : 0;
                double factor = options.RescaleToL1 ? (left > 0 ? norms[i] / left : 0) : 1 / (1 - options.DropRate);
                foreach (ref float value in vector.AsSpan((int)slot.Offset, (int)slot.Count))
                {
                    value = (float)(value * factor);
                }
            }
        });
    }

    private static double Norm(ParameterSlot slot, float[] vector)
    {
        double norm = 0;
        foreach (float value in vector.AsSpan((int)slot.Offset, (int)slot.Count))
        {
            norm += Math.Abs(value);
        }

        return norm;
    }

    private BitMask Draw(int task, int length)
    {
        RandomStream words = stream.Child("dare", task.ToString(CultureInfo.InvariantCulture));
        BitMask keep = new(length);
        double dropped = options.DropRate * 4294967296.0;
        for (int j = 0; j < length; j++)
        {
            keep[j] = words.NextUInt32() >= dropped;
        }

        return keep;
    }
}
