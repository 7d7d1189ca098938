using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Optimizers;

/// <summary>The two moments of a tensor: f32, or codes of <see cref="DynamicCode"/> for blocks of 256 neighbours with one f32 a block.</summary>
/// <remarks>Tensors of fewer than 4096 entries are f32 in either case. On the CPU; in no scope.</remarks>
internal sealed unsafe class AdamMoments : IDisposable
{
    private const int Block = 256, FewestQuantized = 4096;
    private readonly Tensor _first;
    private readonly Tensor _second;
    private readonly Tensor? _firstScales;
    private readonly Tensor? _secondScales;
    private readonly long _count;

    /// <summary>Moments of zero.</summary>
    /// <param name="shape">Of the tensor.</param>
    /// <param name="eightBit">Codes, if it is large enough.</param>
    public AdamMoments(IReadOnlyList<long> shape, bool eightBit)
    {
        _count = shape.Aggregate(1L, (product, extent) => product * extent);
        bool quantized = eightBit && _count >= FewestQuantized;
        (_first, _second, _firstScales, _secondScales) = (Moments(), Moments(), Scales(), Scales());

        Tensor Moments() => zeros([.. shape], quantized ? ScalarType.Byte : ScalarType.Float32).DetachFromDisposeScope();

        Tensor? Scales() => quantized ? zeros((_count + Block - 1) / Block, ScalarType.Float32).DetachFromDisposeScope() : null;
    }

    /// <summary>Reads and changes the moments of a run of entries.</summary>
    /// <param name="at">Index of the first entry.</param>
    /// <param name="first">First moments.</param>
    /// <param name="second">Second moments.</param>
    public delegate void BlockAction(long at, Span<float> first, Span<float> second);

    /// <summary>All that has to be kept, by the names that checkpoints give it.</summary>
    /// <param name="name">Of the parameter.</param>
    public IEnumerable<(string Name, Tensor Values)> Tensors(string name) => _firstScales is null
        ? [($"exp_avg.{name}", _first), ($"exp_avg_sq.{name}", _second)]
        : [($"codes1.{name}", _first), ($"absmax1.{name}", _firstScales), ($"codes2.{name}", _second), ($"absmax2.{name}", _secondScales!)];

    /// <summary>Passes over the moments in blocks, by several threads; the blocks are the same for any number of them.</summary>
    /// <param name="update">What is done with a block.</param>
    /// <param name="byTable">Whether codes are looked up as bitsandbytes does on a CPU.</param>
    public void ForEachBlock(BlockAction update, bool byTable = false)
    {
        byte* first = (byte*)TensorMemory.Address(_first), second = (byte*)TensorMemory.Address(_second);
        float* firstScales = _firstScales is null ? null : (float*)TensorMemory.Address(_firstScales),
            secondScales = _secondScales is null ? null : (float*)TensorMemory.Address(_secondScales);
        long blocks = (_count + Block - 1) / Block;
        Lanes.For(Lanes.Count(blocks, Block), blocks, (_, begin, end) =>
        {
            for (long block = begin; block < end; block++)
            {
                long at = block * Block;
                int length = (int)Math.Min(Block, _count - at);
                if (firstScales is null)
                {
                    update(at, new Span<float>((float*)first + at, length), new Span<float>((float*)second + at, length));
                }
                else
                {
                    Requantize(update, at, new Span<byte>(first + at, length), ref firstScales[block], new Span<byte>(second + at, length),
                        ref secondScales[block], byTable);
                }
            }
        });
    }

    /// <summary>Sets the moments to zero.</summary>
    public void Clear()
    {
        foreach ((_, Tensor values) in Tensors(""))
        {
            values.zero_();
        }
    }

    /// <summary>Copies of the moments. f32, in the shape.</summary>
    public (Tensor First, Tensor Second) Read()
    {
        Tensor first = empty(_first.shape), second = empty(_first.shape);
        float* m = (float*)TensorMemory.Address(first), v = (float*)TensorMemory.Address(second);
        ForEachBlock((at, ownFirst, ownSecond) =>
        {
            ownFirst.CopyTo(new Span<float>(m + at, ownFirst.Length));
            ownSecond.CopyTo(new Span<float>(v + at, ownSecond.Length));
        });
        return (first, second);
    }

    /// <summary>Puts others in their place.</summary>
    /// <param name="first">Contiguous f32, in the shape.</param>
    /// <param name="second">The same.</param>
    public void Write(Tensor first, Tensor second)
    {
        float* m = (float*)TensorMemory.Address(first), v = (float*)TensorMemory.Address(second);
        ForEachBlock((at, ownFirst, ownSecond) =>
        {
            new Span<float>(m + at, ownFirst.Length).CopyTo(ownFirst);
            new Span<float>(v + at, ownSecond.Length).CopyTo(ownSecond);
        });
        GC.KeepAlive(first);
        GC.KeepAlive(second);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _firstScales?.Dispose();
        _secondScales?.Dispose();
    }

    private static void Requantize(BlockAction update, long at, Span<byte> first, ref float firstScale, Span<byte> second, ref float secondScale, bool byTable)
    {
        Span<float> m = stackalloc float[first.Length], v = stackalloc float[first.Length];
        DynamicCode.Signed.Dequantize(first, firstScale, m);
        DynamicCode.Unsigned.Dequantize(second, secondScale, v);
        update(at, m, v);
        firstScale = DynamicCode.Signed.Quantize(m, first, byTable);
        secondScale = DynamicCode.Unsigned.Quantize(v, second, byTable);
        if (!byTable && firstScale != 0)
        {
            DynamicCode.Signed.KeepSigns(m, first);
        }
    }
}
