using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Tests.Metrics;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Numerics;

/// <summary>Top-k, sparse codes and quantisers against values made with NumPy and bitsandbytes: the copies in the repository, or the folder that PALIMPSEST_DATA names.</summary>
public sealed class GoldenMergingTests
{
    [Fact]
    public void TopK_File_EqualsReference()
    {
        Reference check = new();
        JsonElement file = Read("sparsify", "topk.json");
        foreach (JsonElement item in file.GetProperty("cases").EnumerateArray())
        {
            float[] x = Singles(item.GetProperty("x")), kept = [.. x];
            BitMask mask = TopK.Mask(x, item.GetProperty("k").GetInt32());
            TopK.Keep(kept, item.GetProperty("k").GetInt32());
            check.Same(Join(Reference.Integers(item.GetProperty("kept"))), Join(Enumerable.Range(0, x.Length).Where(i => mask[i])), "kept");
            check.Same(Join(Singles(item.GetProperty("sparse")).Select(value => value == 0 ? 0f : value)), Join(kept.Select(value => value == 0 ? 0f : value)), "sparse");
        }

        foreach (JsonElement rule in file.GetProperty("k_rule").EnumerateArray())
        {
            check.Same(rule.GetProperty("k_int(n*density)").GetInt64(), TopK.Count(rule.GetProperty("n").GetInt64(), rule.GetProperty("density").GetDouble()), "k");
        }

        check.Assert("top-k");
    }

    [Fact]
    public void Codecs_File_EqualsReference()
    {
        Reference check = new();
        foreach (JsonElement item in Read("sparsify", "codecs.json").GetProperty("vectors").EnumerateArray())
        {
            int n = item.GetProperty("n").GetInt32(), k = item.GetProperty("k").GetInt32();
            int[] indices = Support(item, n);
            string place = $"n {n}, k {k}";
            check.Same(k, indices.Length, place);
            foreach ((string name, IndexCodec codec) in s_codecs)
            {
                check.Same(item.GetProperty("index_bytes").GetProperty(name).GetInt64(), SparseIndices.Bytes(codec, indices, n), $"{place} {name}");
                check.Same(SparseIndices.Bytes(codec, indices, n), SparseIndices.Encode(codec, indices, n).LongLength, $"{place} {name} encoded");
                check.Same(item.GetProperty("index_bytes").GetProperty(name).GetInt64(), FrameBytes(codec, indices, n), $"{place} {name} framed");
                check.Same(item.GetProperty("cheapest_index").GetString() == name, SparseIndices.Cheapest(indices, n) == codec, $"{place} cheapest {name}");
            }

            check.Same(item.GetProperty("bits_per_packed_index").GetInt32(), SparseIndices.BitsPerIndex(n), place);
            int b = item.GetProperty("golomb_rice_b").GetInt32();
            check.Same(b, SparseIndices.RiceParameter(n, k), place);
            check.Same(item.GetProperty("golomb_rice_bits").GetInt64(), SparseIndices.RiceBits(indices, b), place);
            check.Same(item.GetProperty("golomb_rice_expected_bytes").GetInt64(), SparseIndices.ExpectedRiceBytes(n, k), place);
            check.Close(item.GetProperty("entropy_bound_bytes"), SparseIndices.EntropyBytes(n, k), place, 1e-9, 1e-12);
            int best = SparseIndices.BestRiceParameter(indices);
            check.Same(item.GetProperty("golomb_rice_best_b").GetInt32(), best, place + " best");
            check.Same(item.GetProperty("golomb_rice_best_bytes").GetInt64(), (SparseIndices.RiceBits(indices, best) + 7) / 8, place + " best");
            if (item.TryGetProperty("hex", out JsonElement hex))
            {
                check.Same(hex.GetProperty("bitmap_lsb_first").GetString(), Hex(IndexCodec.Bitmap, indices, n), place);
                check.Same(hex.GetProperty("packed_index_msb_first").GetString(), Hex(IndexCodec.PackedIndex, indices, n), place);
                check.Same(hex.GetProperty("delta_varint").GetString(), Hex(IndexCodec.DeltaVarint, indices, n), place);
                check.Same(hex.GetProperty("golomb_rice_msb_first").GetString(), Hex(IndexCodec.GolombRice, indices, n), place);
            }
        }

        check.Assert("sparse codes");
    }

    [Fact]
    public void Absmax_File_EqualsReference()
    {
        Reference check = new();
        JsonElement file = Read("quantize", "expected.json");
        using SafetensorsFile tensors = SafetensorsFile.Open(Find("quantize", "expected.safetensors"));
        float[] x = Tensor<float>(tensors, "x");
        foreach (int bits in (int[])[8, 4, 2])
        {
            foreach ((string form, int block) in ((string, int)[])[("tensor", 0), ("block64", 64)])
            {
                string name = $"int{bits}.{form}";
                sbyte[] codes = new sbyte[x.Length];
                float[] scales = new float[AbsmaxQuantizer.Blocks(x.Length, block)], values = new float[x.Length];
                AbsmaxQuantizer.Encode(x, bits, block, codes, scales);
                AbsmaxQuantizer.Decode(codes, scales, block, values);
                check.Same(Join(Tensor<sbyte>(tensors, name + ".q")), Join(codes), name);
                check.Same(Join(Tensor<float>(tensors, name + ".scale")), Join(scales), name);
                check.Same(Join(Tensor<float>(tensors, name + ".dequantised")), Join(values), name);
                check.Same(file.GetProperty(name).GetProperty("bytes").GetInt64(), AbsmaxQuantizer.Bytes(x.Length, bits, block), name);
                check.Close(file.GetProperty(name).GetProperty("max_error"), x.Zip(values, (a, b) => Math.Abs((double)a - b)).Max(), name, 1e-5);
            }
        }

        float[] ties = Singles(file.GetProperty("ties").GetProperty("x")), scale = new float[1];
        sbyte[] rounded = new sbyte[ties.Length];
        AbsmaxQuantizer.Encode(ties, 8, 0, rounded, scale);
        check.Same(Join(Reference.Integers(file.GetProperty("ties").GetProperty("q_half_to_even"))), Join(rounded), "ties");
        AbsmaxQuantizer.Encode(new float[4], 8, 0, rounded, scale);
        check.Same("0 0 0 0; 0", Join(rounded[..4]) + "; " + Join(scale), "zero block");
        Stochastic(check, tensors, x);
        check.Assert("absmax");
    }

    [Fact]
    public void NormalFloat4_File_EqualsReference()
    {
        Reference check = new();
        JsonElement file = Read("quantize", "expected.json");
        using SafetensorsFile tensors = SafetensorsFile.Open(Find("quantize", "expected.safetensors"));
        foreach (string name in (string[])["nf4.x", "nf4.x128", "nf4.zeros", "nf4.codebook", "nf4.odd"])
        {
            float[] x = Tensor<float>(tensors, name + ".in"), scales = new float[AbsmaxQuantizer.Blocks(x.Length, 64)], values = new float[x.Length];
            byte[] packed = new byte[(x.Length + 1) / 2];
            NormalFloat4.Encode(x, packed, scales);
            NormalFloat4.Decode(packed, scales, values);
            check.Same(Join(Tensor<byte>(tensors, name + ".packed")), Join(packed), name);
            check.Same(Join(Tensor<byte>(tensors, name + ".codes")), Join(x.Select((_, i) => i % 2 == 0 ? packed[i / 2] >> 4 : packed[i / 2] & 15)), name);
            check.Same(Join(Tensor<float>(tensors, name + ".absmax")), Join(scales), name);
            check.Same(Join(Tensor<float>(tensors, name + ".dequantised")), Join(values), name);
            check.Same(file.GetProperty(name).GetProperty("bytes").GetInt64(), NormalFloat4.Bytes(x.Length), name);
        }

        check.Same(Join(Singles(file.GetProperty("nf4").GetProperty("codebook"))), Join(NormalFloat4.CodeBook.ToArray()), "code book");
        check.Assert("NF4");
    }

    [Fact]
    public void Frames_QuantisedTensorsOfTheFile_HoldThem()
    {
        const string End = ".dequantised";
        Reference check = new();
        using SafetensorsFile tensors = SafetensorsFile.Open(Find("quantize", "expected.safetensors"));
        foreach (string name in tensors.Entries.Keys.Where(key => key.EndsWith(End, StringComparison.Ordinal)).Select(key => key[..^End.Length]))
        {
            bool nf4 = name.StartsWith("nf4", StringComparison.Ordinal);
            if (!Enum.TryParse(name[..name.IndexOf('.', StringComparison.Ordinal)], ignoreCase: true, out ValueCodec codec))
            {
                // Two bits are no codec of frames.
                Assert.StartsWith("int2", name, StringComparison.Ordinal);
                continue;
            }

            float[] x = Tensor<float>(tensors, nf4 ? name + ".in" : "x"), decoded = new float[x.Length];
            byte[] frame = VectorFrame.Encode(x, null, false, new() { Values = codec, Block = name.EndsWith("tensor", StringComparison.Ordinal) ? 0 : 64 });
            VectorFrame.Decode(frame, decoded);
            check.Same(Join(Tensor<float>(tensors, name + End)), Join(decoded), name);
            string scales = Convert.ToHexString(MemoryMarshal.AsBytes(Tensor<float>(tensors, name + (nf4 ? ".absmax" : ".scale")).AsSpan()));
            check.Same(scales, Convert.ToHexString(frame)[(2 * VectorFrame.HeaderBytes)..][..scales.Length], name + " scales");
            if (nf4)
            {
                byte[] codes = frame[(VectorFrame.HeaderBytes + (scales.Length / 2))..];
                check.Same(Convert.ToHexString(Tensor<byte>(tensors, name + ".packed")), Convert.ToHexString(codes), name + " codes");
            }
        }

        check.Assert("frames");
    }

    public static IEnumerable<TheoryDataRow<string>> Quantised() =>
        GoldenData.Find("golden", "optim", "quantization.safetensors") is string path ? [new TheoryDataRow<string>(path)] : [];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Quantised))]
    public void NormalFloat4_ArraysOfBitsandbytes_EqualReference(string path)
    {
        const string End = ".nf4.64.packed";
        Reference check = new();
        using SafetensorsFile tensors = SafetensorsFile.Open(path);
        string[] names = [.. tensors.Entries.Keys.Where(key => key.EndsWith(End, StringComparison.Ordinal)).Select(key => key[..^End.Length])];
        Assert.NotEmpty(names);
        foreach (string name in names)
        {
            float[] x = Tensor<float>(tensors, name + ".input"),
                scales = new float[AbsmaxQuantizer.Blocks(x.Length, NormalFloat4.BlockSize)], values = new float[x.Length];
            byte[] packed = new byte[(x.Length + 1) / 2];
            NormalFloat4.Encode(x, packed, scales);
            NormalFloat4.Decode(packed, scales, values);
            check.Same(Join(Tensor<byte>(tensors, name + End)), Join(packed), name);

            // The library writes 1e-38 for the scale of a last, partial block of zeros.
            check.Same(Join(Tensor<float>(tensors, name + ".nf4.64.absmax").Select(scale => scale == 1e-38f ? 0 : scale)), Join(scales), name);

            // Its CPU kernel takes the scales of a matrix by rows, though the blocks run across them: rows that are no multiple of the block come out wrong.
            if (tensors[name + ".input"].Shape[^1] % NormalFloat4.BlockSize == 0 || tensors[name + ".input"].Shape.Count == 1)
            {
                check.Same(Join(Tensor<float>(tensors, name + ".nf4.64.dequantized")), Join(values), name);
            }
        }

        check.Same(Join(Tensor<float>(tensors, "codebook.nf4")), Join(NormalFloat4.CodeBook.ToArray()), "code book");
        check.Assert("NF4");
    }

    [Fact]
    public void Encode_ValuesThatAreNotFinite_AreRefusedByName()
    {
        Assert.Contains("Entry 70", Assert.Throws<PalimpsestException>(() => AbsmaxQuantizer.Encode([.. new float[70], float.NaN], 8, 64, new sbyte[71], new float[2])).Message, StringComparison.Ordinal);
        Assert.Contains("Entry 70", Assert.Throws<PalimpsestException>(() => NormalFloat4.Encode([.. new float[70], float.NegativeInfinity], new byte[36], new float[2])).Message, StringComparison.Ordinal);
    }

    private static readonly (string Name, IndexCodec Codec)[] s_codecs =
    [
        ("bitmap", IndexCodec.Bitmap), ("packed_index", IndexCodec.PackedIndex), ("int32", IndexCodec.Int32), ("int64", IndexCodec.Int64), ("delta_varint", IndexCodec.DeltaVarint), ("golomb_rice", IndexCodec.GolombRice),
    ];

    private static void Stochastic(Reference check, SafetensorsFile tensors, float[] x)
    {
        float[] uniforms = Tensor<float>(tensors, "stochastic.uniforms"), scales = new float[1];
        sbyte[] expected = Tensor<sbyte>(tensors, "stochastic.q"), codes = new sbyte[x.Length];
        for (int row = 0; row < 6; row++)
        {
            AbsmaxQuantizer.EncodeStochastic(x, 8, 0, codes, scales, i => uniforms[(row * x.Length) + i]);
            check.Same(Join(expected.AsSpan(row * x.Length, x.Length).ToArray()), Join(codes), $"stochastic {row}");
        }

        check.Same(Tensor<float>(tensors, "stochastic.scale")[0], scales[0], "stochastic scale");
    }

    private static int[] Support(JsonElement item, int n)
    {
        if (item.TryGetProperty("indices", out JsonElement indices))
        {
            return Reference.Integers(indices);
        }

        JsonElement generator = item.GetProperty("generator");
        ulong state = generator.GetProperty("seed").GetUInt64(), bound = ulong.Parse(generator.GetProperty("threshold").GetString()!, CultureInfo.InvariantCulture);
        return [.. Enumerable.Range(0, n).Where(i => SplitMix64(state + (((ulong)i + 1) * 0x9E3779B97F4A7C15)) >> 11 < bound)];
    }

    private static ulong SplitMix64(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static string Find(string folder, string name) => GoldenData.Find("golden", "merging", folder, name) ?? Path.Combine(AppContext.BaseDirectory, "golden", "merging", folder, name);

    private static JsonElement Read(string folder, string name) => Reference.Read(Find(folder, name));

    private static T[] Tensor<T>(SafetensorsFile file, string name)
        where T : unmanaged
    {
        TensorEntry entry = file[name];
        T[] values = new T[entry.Count];
        file.Read(entry, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static float[] Singles(JsonElement values) => [.. Reference.Numbers(values).Select(value => (float)value)];

    /// <summary>Bytes of positions in a frame; a mask with all its bits on needs none, and gives what they would have.</summary>
    private static long FrameBytes(IndexCodec codec, int[] indices, int n)
    {
        BitMask mask = new(n);
        Array.ForEach(indices, index => mask[index] = true);
        float[] values = [.. Enumerable.Range(0, n).Select(i => (float)i)], decoded = new float[n], masked = [.. values];
        byte[] frame = VectorFrame.Encode(values, mask, false, new() { Indices = codec });
        bool whole = VectorFrame.Decode(frame, decoded) is null;
        mask.Apply(0, masked);
        Assert.True(masked.AsSpan().SequenceEqual(decoded));
        return whole ? SparseIndices.Bytes(codec, indices, n) : frame.Length - VectorFrame.HeaderBytes - (4 * indices.Length);
    }

    private static string Hex(IndexCodec codec, int[] indices, int n) => Convert.ToHexStringLower(SparseIndices.Encode(codec, indices, n));

    private static string Join<T>(IEnumerable<T> values) => string.Join(' ', values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}")));
}
