using System.Buffers.Binary;
using Palimpsest.Data.Gguf.Blocks;

namespace Palimpsest.Data.Gguf;

/// <summary>Reads and checks everything that stands before the data.</summary>
/// <remarks>
/// Layout, little endian: <c>GGUF</c>, u32 version, u64 tensors, u64 values; each value as key, u32 type, content; each tensor as name, u32 dimensions, u64 each (row length first), u32 type,
/// u64 offset from the start of the data; padding to the alignment; the data. A text is a u64 length and UTF-8.
/// </remarks>
internal sealed class GgufHeaderReader(GgufByteReader reader, int part)
{
    private const int LongestKey = 65_535;
    private const int LongestName = 64;
    private const string Alignment = "general.alignment";

    public GgufHeader Read()
    {
        if (!reader.Take(4, "the magic number").SequenceEqual("GGUF"u8))
        {
            throw reader.Bad(GgufProblem.BadMagic, "is not a GGUF file: it does not begin with \"GGUF\"");
        }

        int version = ReadVersion();
        ulong tensorCount = reader.U64("the number of tensors"), valueCount = reader.U64("the number of metadata values");

        // The smallest tensor has no name, one dimension: 8 + 4 + 8 + 4 + 8. The smallest value is a byte with a key of one: 8 + 1 + 4 + 1.
        int tensors = reader.Count(tensorCount, 32, "tensors"), values = reader.Count(valueCount, 14, "metadata values");
        Dictionary<string, GgufValue> metadata = ReadMetadata(values);
        int alignment = metadata.TryGetValue(Alignment, out GgufValue? aligned) ? (int)(uint)aligned.Content : 32;
        return new GgufHeader(version, alignment, new GgufMetadata(reader.Path, metadata), ReadTensors(tensors, alignment));
    }

    private int ReadVersion()
    {
        uint version = reader.U32("the version");
        if (version is 2 or 3)
        {
            return (int)version;
        }

        if (BinaryPrimitives.ReverseEndianness(version) is 1 or 2 or 3)
        {
            throw reader.Bad(GgufProblem.WrongByteOrder, "is big-endian; only little-endian files are read. Convert it with gguf_convert_endian.py");
        }

        throw reader.Bad(GgufProblem.UnsupportedVersion, $"has version {version}; 2 and 3 are read. Convert the model again with a current converter");
    }

    private Dictionary<string, GgufValue> ReadMetadata(int count)
    {
        Dictionary<string, GgufValue> metadata = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            int length = reader.TextLength("a metadata key");
            if (length is 0 or > LongestKey)
            {
                throw reader.Bad(GgufProblem.BadKey, $"has a metadata key of {length} bytes; 1 to {LongestKey} are allowed");
            }

            string key = reader.Text(length, "a metadata key");
            GgufValue value = GgufValueReader.Read(reader, key);
            if (!metadata.TryAdd(key, value))
            {
                throw reader.Bad(GgufProblem.DuplicateKey, $"has the metadata key \"{key}\" twice");
            }

            if (key == Alignment && (value.Content is not uint alignment || !uint.IsPow2(alignment) || alignment > 1 << 30))
            {
                throw reader.Bad(GgufProblem.BadAlignment, $"has the {Alignment} {value.Content} ({value.Type}); it must be a UInt32 and a power of two");
            }
        }

        return metadata;
    }

    private List<GgufTensor> ReadTensors(int count, int alignment)
    {
        List<GgufTensor> tensors = [];
        List<ulong> offsets = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            int length = reader.TextLength("a tensor name");
            if (length > LongestName)
            {
                throw reader.Bad(GgufProblem.NameTooLong, $"has a tensor name of {length} bytes; at most {LongestName} are allowed");
            }

            string name = reader.Text(length, "a tensor name");
            if (!names.Add(name))
            {
                throw reader.Bad(GgufProblem.DuplicateTensor, $"lists tensor \"{name}\" twice");
            }

            long[] shape = ReadShape(name);
            GgufTensorType type = ReadType(name, shape);
            ulong offset = reader.U64($"the offset of \"{name}\"");
            if (offset % (uint)alignment != 0)
            {
                throw reader.Bad(GgufProblem.MisalignedOffset, $"puts tensor \"{name}\" at offset {offset}, which is no multiple of its alignment {alignment}");
            }

            tensors.Add(new GgufTensor(name, type, shape, 0, part));
            offsets.Add(offset);
        }

        long start = (reader.Position + alignment - 1) / alignment * alignment;
        for (int i = 0; i < tensors.Count; i++)
        {
            if ((UInt128)(ulong)start + offsets[i] + (ulong)tensors[i].ByteLength > (ulong)reader.Length)
            {
                throw reader.Truncated($"tensor \"{tensors[i].Name}\" takes {tensors[i].ByteLength} bytes at offset {offsets[i]} of the data, which begins at byte {start}");
            }

            tensors[i] = tensors[i] with { Position = start + (long)offsets[i] };
        }

        RefuseOverlaps(tensors);
        return tensors;
    }

    private long[] ReadShape(string name)
    {
        uint dimensions = reader.U32($"the number of dimensions of \"{name}\"");
        if (dimensions is 0 or > 4)
        {
            throw reader.Bad(GgufProblem.BadDims, $"gives tensor \"{name}\" {dimensions} dimensions; 1 to 4 are allowed");
        }

        long[] shape = new long[dimensions];
        UInt128 elements = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            ulong extent = reader.U64($"a dimension of \"{name}\"");
            if (extent == 0)
            {
                throw reader.Bad(GgufProblem.BadDims, $"gives tensor \"{name}\" a dimension of 0");
            }

            elements *= extent;
            if (elements > long.MaxValue)
            {
                throw reader.Bad(GgufProblem.SizeOverflow, $"gives tensor \"{name}\" more than 2^63 elements");
            }

            // The file names the row length first.
            shape[^(i + 1)] = (long)extent;
        }

        return shape;
    }

    private GgufTensorType ReadType(string name, long[] shape)
    {
        uint id = reader.U32($"the type of \"{name}\"");
        if (BlockFormat.Find(id) is not BlockFormat format)
        {
            throw reader.Bad(GgufProblem.UnknownTensorType, $"holds tensor \"{name}\" of {BlockFormat.NameOf(id)}; known are {string.Join(", ", Enum.GetNames<GgufTensorType>())}");
        }

        if (shape[^1] % format.Values != 0)
        {
            throw reader.Bad(GgufProblem.BadRowSize, $"gives tensor \"{name}\" rows of {shape[^1]} elements, which is no whole number of {format.Type} blocks of {format.Values}");
        }

        UInt128 bytes = 1;
        foreach (long extent in shape)
        {
            bytes *= (ulong)extent;
        }

        return bytes / (uint)format.Values * (uint)format.Bytes <= long.MaxValue
            ? format.Type
            : throw reader.Bad(GgufProblem.SizeOverflow, $"gives tensor \"{name}\" more than 2^63 bytes");
    }

    private void RefuseOverlaps(List<GgufTensor> tensors)
    {
        GgufTensor? previous = null;
        foreach (GgufTensor tensor in tensors.OrderBy(tensor => tensor.Position))
        {
            if (previous is not null && tensor.Position < previous.Position + previous.ByteLength)
            {
                throw reader.Bad(GgufProblem.OverlappingTensors, $"is damaged: tensor \"{tensor.Name}\" overlaps \"{previous.Name}\"");
            }

            previous = tensor;
        }
    }
}
