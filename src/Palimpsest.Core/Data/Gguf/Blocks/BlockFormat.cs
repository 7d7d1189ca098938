using System.Globalization;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>How values of one storage type lie in bytes.</summary>
internal abstract class BlockFormat(GgufTensorType type, int values, int bytes)
{
    private static readonly BlockFormat?[] s_formats = All();

    public GgufTensorType Type => type;

    /// <summary>Values of a block.</summary>
    public int Values => values;

    /// <summary>Bytes of a block.</summary>
    public int Bytes => bytes;

    public virtual bool CanDecode => true;

    public static BlockFormat Of(GgufTensorType type) => Find((uint)type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such type.");

    /// <summary>The format of a number in a file, or null.</summary>
    public static BlockFormat? Find(uint id) => id < (uint)s_formats.Length ? s_formats[id] : null;

    /// <summary>Name and number of a type, for messages; some that were withdrawn are known by name.</summary>
    public static string NameOf(uint id) => id switch
    {
        4 => "type 4 (Q4_2, withdrawn)",
        5 => "type 5 (Q4_3, withdrawn)",
        9 => "type 9 (Q8_1, never stored)",
        31 or 32 or 33 => $"type {id} (a repacked Q4_0, withdrawn)",
        36 or 37 or 38 => $"type {id} (a repacked IQ4_NL, withdrawn)",
        _ => string.Create(CultureInfo.InvariantCulture, $"type {id}{(Find(id) is BlockFormat format ? $" ({format.Type})" : "")}"),
    };

    /// <summary>Decodes whole blocks.</summary>
    /// <param name="blocks">A whole number of <see cref="Bytes"/>.</param>
    /// <param name="target">As many times <see cref="Values"/>.</param>
    public abstract void Decode(ReadOnlySpan<byte> blocks, Span<float> target);

    private static BlockFormat?[] All()
    {
        BlockFormat[] known =
        [
            new NumberFormat<float>(GgufTensorType.F32), new NumberFormat<double>(GgufTensorType.F64), new F16Format(), new BF16Format(),
            new NumberFormat<sbyte>(GgufTensorType.I8), new NumberFormat<short>(GgufTensorType.I16), new NumberFormat<int>(GgufTensorType.I32), new NumberFormat<long>(GgufTensorType.I64),
            new BlockFormat<Q4_0>(GgufTensorType.Q4_0), new BlockFormat<Q4_1>(GgufTensorType.Q4_1), new BlockFormat<Q5_0>(GgufTensorType.Q5_0), new BlockFormat<Q5_1>(GgufTensorType.Q5_1),
            new BlockFormat<Q8_0>(GgufTensorType.Q8_0), new BlockFormat<Q2_K>(GgufTensorType.Q2_K), new BlockFormat<Q3_K>(GgufTensorType.Q3_K), new BlockFormat<Q4_K>(GgufTensorType.Q4_K),
            new BlockFormat<Q5_K>(GgufTensorType.Q5_K), new BlockFormat<Q6_K>(GgufTensorType.Q6_K), new BlockFormat<Q8_K>(GgufTensorType.Q8_K), new BlockFormat<IQ4_NL>(GgufTensorType.IQ4_NL),
            new BlockFormat<IQ4_XS>(GgufTensorType.IQ4_XS), new BlockFormat<TQ1_0>(GgufTensorType.TQ1_0), new BlockFormat<TQ2_0>(GgufTensorType.TQ2_0), new BlockFormat<MXFP4>(GgufTensorType.MXFP4),
            new BlockFormat<NVFP4>(GgufTensorType.NVFP4),

            // Code books of hundreds of entries each; few models still use them. Their sizes are known, so that files which hold one can be read but for it.
            new OpaqueFormat(GgufTensorType.IQ2_XXS, 256, 66), new OpaqueFormat(GgufTensorType.IQ2_XS, 256, 74), new OpaqueFormat(GgufTensorType.IQ2_S, 256, 82),
            new OpaqueFormat(GgufTensorType.IQ3_XXS, 256, 98), new OpaqueFormat(GgufTensorType.IQ3_S, 256, 110), new OpaqueFormat(GgufTensorType.IQ1_S, 256, 50), new OpaqueFormat(GgufTensorType.IQ1_M, 256, 56),
        ];
        BlockFormat?[] byId = new BlockFormat?[known.Max(format => (int)format.Type) + 1];
        foreach (BlockFormat format in known)
        {
            byId[(int)format.Type] = format;
        }

        return byId;
    }
}

/// <summary>A format whose blocks are decoded one by one; compiled for each type, so the call is inlined.</summary>
internal sealed class BlockFormat<TBlock>(GgufTensorType type) : BlockFormat(type, TBlock.Values, TBlock.Bytes)
    where TBlock : struct, IBlock
{
    public override void Decode(ReadOnlySpan<byte> blocks, Span<float> target)
    {
        while (blocks.Length > 0)
        {
            TBlock.Decode(blocks[..TBlock.Bytes], target[..TBlock.Values]);
            blocks = blocks[TBlock.Bytes..];
            target = target[TBlock.Values..];
        }
    }
}
