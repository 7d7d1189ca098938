using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Walks over task vectors in blocks, and the few loops over blocks that methods share. Sums are f64: those of f32 vectors are then exact but for extreme ranges, and ties stay ties.</summary>
internal static class TaskPass
{
    /// <summary>Entries of a block; a multiple of 64, as masks want it.</summary>
    public const int BlockLength = 1 << 13;

    public delegate void BlockAction(int task, int offset, ReadOnlySpan<float> tau);

    /// <summary>One pass over all tasks.</summary>
    public static void ForEach(ITaskVectors tasks, BlockAction action)
    {
        for (int task = 0; task < tasks.Count; task++)
        {
            ForEach(tasks, task, action);
        }
    }

    /// <summary>The blocks of one task.</summary>
    public static void ForEach(ITaskVectors tasks, int task, BlockAction action)
    {
        int length = Length(tasks);
        float[] block = new float[Math.Min(BlockLength, length)];
        for (int offset = 0; offset < length; offset += BlockLength)
        {
            Span<float> tau = block.AsSpan(0, Math.Min(BlockLength, length - offset));
            tasks.Read(task, offset, tau);
            Check(task, offset, tau);
            action(task, offset, tau);
        }
    }

    /// <summary>Refuses a block that holds NaN or an infinity: it would spread to every task.</summary>
    public static void Check(int task, int offset, ReadOnlySpan<float> tau)
    {
        // x - x is 0 for finite numbers and NaN for the others.
        int j = 0;
        for (; j <= tau.Length - 8; j += 8)
        {
            Vector256<float> x = Vector256.Create<float>(tau[j..]);
            if (!Vector256.EqualsAll(x - x, Vector256<float>.Zero))
            {
                break;
            }
        }

        for (; j < tau.Length; j++)
        {
            if (!float.IsFinite(tau[j]))
            {
                throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture, $"Entry {offset + j} of task {task} is {tau[j]}: its training has diverged. Leave the task out or train it with a lower learning rate."));
            }
        }
    }

    /// <summary>Length of the vectors, as one array can hold them.</summary>
    public static int Length(ITaskVectors tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return tasks.Layout.Count <= Array.MaxLength
            ? (int)tasks.Layout.Count
            : throw new PalimpsestException($"A vector of {tasks.Layout.Count} entries is beyond the {Array.MaxLength} that merging can hold. Merge fewer layers at a time.");
    }

    /// <summary>Checks the vector that a method writes to.</summary>
    public static int Length(ITaskVectors tasks, Span<float> merged)
    {
        int length = Length(tasks);
        ArgumentOutOfRangeException.ThrowIfNotEqual(merged.Length, length, nameof(merged));
        return length;
    }

    /// <summary>sum += tau, weighted.</summary>
    public static void Add(Span<double> sum, ReadOnlySpan<float> tau, double weight = 1)
    {
        ref double to = ref MemoryMarshal.GetReference(sum[..tau.Length]);
        ref float from = ref MemoryMarshal.GetReference(tau);
        int j = 0;
        for (; j <= tau.Length - 8; j += 8)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)j));
            (Vector256.LoadUnsafe(ref to, (nuint)j) + (low * weight)).StoreUnsafe(ref to, (nuint)j);
            (Vector256.LoadUnsafe(ref to, (nuint)(j + 4)) + (high * weight)).StoreUnsafe(ref to, (nuint)(j + 4));
        }

        for (; j < tau.Length; j++)
        {
            sum[j] += tau[j] * weight;
        }
    }

    /// <summary>merged = sum · scale.</summary>
    public static void Write(ReadOnlySpan<double> sum, double scale, Span<float> merged)
    {
        for (int j = 0; j < sum.Length; j++)
        {
            merged[j] = (float)(sum[j] * scale);
        }
    }

    /// <summary>The plain sum of all vectors.</summary>
    public static double[] Sum(ITaskVectors tasks)
    {
        double[] sum = new double[Length(tasks)];
        ForEach(tasks, (_, offset, tau) => Add(sum.AsSpan(offset), tau));
        return sum;
    }
}
