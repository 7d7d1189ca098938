using System.Globalization;
using System.Runtime.InteropServices;
using Palimpsest.Common;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Merging;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Task vectors in files of their own, so that memory does not grow with their number and a stopped run goes on with those it has.</summary>
/// <param name="folder">Created if needed.</param>
/// <param name="layout">How the entries lie.</param>
/// <param name="count">Number of tasks.</param>
internal sealed class FileTaskVectors(string folder, ParameterLayout layout, int count) : ITaskVectors
{
    private const int Block = 1 << 16;

    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public ParameterLayout Layout => layout;

    public bool Has(int task) => File.Exists(PathOf(task));

    /// <summary>Seconds that the vectors took to make.</summary>
    public IEnumerable<double> Seconds => Enumerable.Range(0, count).Select(task => PathOf(task) + ".seconds").Where(File.Exists).Select(path => double.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture));

    public void Write(int task, float[] vector, double seconds)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(PathOf(task) + ".seconds", seconds.ToString(CultureInfo.InvariantCulture));
        AtomicFile.Write(PathOf(task), stream => stream.Write(MemoryMarshal.AsBytes(vector.AsSpan())), onlyForUser: true);
    }

    /// <inheritdoc/>
    public void Read(int task, long offset, Span<float> target)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(PathOf(task));
        Span<byte> bytes = MemoryMarshal.AsBytes(target);
        for (int read = 0; read < bytes.Length;)
        {
            int now = RandomAccess.Read(file, bytes[read..], (offset * sizeof(float)) + read);
            read += now > 0 ? now : throw new PalimpsestException($"{PathOf(task)}: ends too early. Delete it; the run makes it again.");
        }
    }

    /// <summary>The entries of a task's vector that a sum in fixed point sees.</summary>
    public BitMask Mask(int task)
    {
        float[] values = new float[Block];
        long[] codes = new long[Block];
        BitMask mask = new(layout.Count);
        for (long offset = 0; offset < layout.Count; offset += Block)
        {
            int length = (int)Math.Min(Block, layout.Count - offset);
            Read(task, offset, values.AsSpan(0, length));
            new FixedPointFormat().Quantize(values.AsSpan(0, length), codes, offset);
            SiftServing.Mark(offset, codes.AsSpan(0, length), mask);
        }

        return mask;
    }

    /// <summary>The sum of all vectors in fixed point.</summary>
    public FixedPointAccumulator Sum()
    {
        FixedPointAccumulator sum = new(layout.Count);
        for (int task = 0; task < count; task++)
        {
            sum.Add(0, All(task));
        }

        return sum;
    }

    /// <summary>The first tasks of these.</summary>
    public FileTaskVectors First(int size) => new(folder, layout, size);

    public float[] All(int task)
    {
        float[] vector = new float[layout.Count];
        Read(task, 0, vector);
        return vector;
    }

    private string PathOf(int task) => Path.Combine(folder, task.ToString("D5", CultureInfo.InvariantCulture) + ".f32");
}
