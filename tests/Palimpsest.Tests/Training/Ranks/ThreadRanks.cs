using System.Runtime.InteropServices;
using Palimpsest.Training.Ranks;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Ranks;

/// <summary>Ranks that are threads of one process: what they exchange lies in a table that all see.</summary>
internal sealed class ThreadRanks : IRanks
{
    private readonly byte[][] _table;
    private readonly Barrier _barrier;

    private ThreadRanks(int rank, byte[][] table, Barrier barrier) => (Rank, _table, _barrier) = (rank, table, barrier);

    public int Rank { get; }

    public int Count => _table.Length;

    public long BytesSummed { get; private set; }

    /// <summary>Runs a body on a thread for each rank. The first error of any is thrown; the others are let go.</summary>
    public static T[] Run<T>(int count, Func<IRanks, T> body)
    {
        byte[][] table = new byte[count][];
        using Barrier barrier = new(count);
        T[] results = new T[count];
        Exception?[] errors = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = body(new ThreadRanks(rank, table, barrier));
            }
            catch (Exception error)
            {
                errors[rank] = error;
                barrier.RemoveParticipant();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return errors.FirstOrDefault(error => error is not null) is Exception first ? throw first : results;
    }

    public void Sum(Tensor values)
    {
        Assert.True(values.is_contiguous());
        BytesSummed += values.bytes.Length;
        Exchange(values.bytes.ToArray(), all =>
        {
            Span<float> sum = MemoryMarshal.Cast<byte, float>(values.bytes);
            sum.Clear();
            foreach (byte[] part in all)
            {
                System.Numerics.Tensors.TensorPrimitives.Add(sum, MemoryMarshal.Cast<byte, float>(part), sum);
            }
        });
    }

    public void Sum(Span<double> values)
    {
        double[] sum = new double[values.Length];
        Exchange(MemoryMarshal.AsBytes(values).ToArray(), all =>
        {
            foreach (byte[] part in all)
            {
                System.Numerics.Tensors.TensorPrimitives.Add(sum, MemoryMarshal.Cast<byte, double>(part), sum);
            }
        });
        sum.CopyTo(values);
    }

    public void FromFirst(Span<byte> bytes)
    {
        byte[] first = [];
        Exchange(bytes.ToArray(), all => first = all[0]);
        first.CopyTo(bytes);
    }

    private void Exchange(byte[] own, Action<byte[][]> read)
    {
        _table[Rank] = own;
        _barrier.SignalAndWait();
        read(_table);
        _barrier.SignalAndWait();
    }
}
