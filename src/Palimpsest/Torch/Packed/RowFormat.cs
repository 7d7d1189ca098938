using Palimpsest.Data.Gguf;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Packed;

/// <summary>How a row of a matrix lies in memory, and the loops that read it. The values are those of <see cref="GgufBlocks.Decode"/>, bit for bit.</summary>
internal abstract unsafe class RowFormat
{
    /// <summary>Plain f32, which is read where it lies.</summary>
    public static RowFormat F32 { get; } = new SingleRows();

    private static readonly RowFormat?[] s_formats = All();

    /// <summary>Whether one vector is multiplied without unpacking a row first.</summary>
    public virtual bool IsFused => true;

    /// <summary>The format of a storage type that can be decoded.</summary>
    public static RowFormat Of(GgufTensorType type) =>
        s_formats[(int)type] ?? throw new ArgumentOutOfRangeException(nameof(type), type, "The type is not decoded.");

    /// <summary>The format of a tensor of numbers.</summary>
    public static RowFormat Of(ScalarType type) => type switch
    {
        ScalarType.Float32 => F32,
        ScalarType.BFloat16 => Of(GgufTensorType.BF16),
        ScalarType.Float16 => Of(GgufTensorType.F16),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Rows are f32, bf16, f16 or blocks."),
    };

    /// <summary>Bytes of a row.</summary>
    /// <param name="width">Its elements, a whole number of blocks.</param>
    public abstract nint Bytes(int width);

    /// <summary>Unpacks a row to f32.</summary>
    /// <param name="row">Its first byte.</param>
    /// <param name="width">Its elements.</param>
    /// <param name="target">Gets eight elements together; what is left over at the end follows.</param>
    /// <param name="spread">Floats from the first of eight to the first of the next eight: 8 for a plain row, 16 for two that alternate.</param>
    public abstract void Widen(byte* row, int width, float* target, int spread = 8);

    /// <summary>The products of eight rows with one vector, summed as <see cref="RowTiles"/> does.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="x">[width]</param>
    /// <param name="y">[8]</param>
    public abstract void Dot8(byte* rows, nint stride, int width, float* x, float* y);

    private static RowFormat?[] All()
    {
        GgufTensorType[] types = Enum.GetValues<GgufTensorType>();
        RowFormat?[] formats = new RowFormat?[(int)types.Max() + 1];
        foreach (GgufTensorType type in types.Where(GgufBlocks.CanDecode))
        {
            formats[(int)type] = type == GgufTensorType.F32 ? F32 : !RowProducts.IsSupported ? new DecodedRows(type) : type switch
            {
                GgufTensorType.Q8_0 => new PairedRows<Q8Block>(),
                GgufTensorType.Q4_0 => new PairedRows<Q4Block>(),
                GgufTensorType.Q4_1 => new PairedRows<Q41Block>(),
                GgufTensorType.Q4_K => new BlockRows<Q4KBlock>(),
                GgufTensorType.Q5_K => new BlockRows<Q5KBlock>(),
                GgufTensorType.Q6_K => new BlockRows<Q6KBlock>(),
                GgufTensorType.BF16 => new HalfRows<BrainHalf>(),
                GgufTensorType.F16 => new HalfRows<IeeeHalf>(),
                _ => new DecodedRows(type),
            };
        }

        return formats;
    }
}
