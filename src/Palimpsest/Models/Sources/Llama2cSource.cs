using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Palimpsest.Data.Llama2c;
using Palimpsest.Models.Families;
using Palimpsest.Numerics;
using Palimpsest.Text;

namespace Palimpsest.Models.Sources;

/// <summary>A <c>.bin</c> file of llama2.c: version 0 (a header of seven numbers and f32 weights), 1 (a header of 256 bytes and f32) or 2 (8-bit groups).</summary>
/// <remarks>Format after the exporter of the project llama2.c. Query and key rows are interleaved to pairs; the vocabulary lies beside in <c>tokenizer.bin</c> or <c>tokN.bin</c>.</remarks>
internal sealed class Llama2cSource : RowSource
{
    private const uint Magic = 0x616b3432;
    private readonly SafeFileHandle _handle;
    private readonly int _group;
    private readonly Dictionary<string, (long Position, bool Quantised)> _places = new(StringComparer.Ordinal);

    private Llama2cSource(string path, LlamaConfig config, SafeFileHandle handle, int version, int group)
        : base(path, config)
    {
        _handle = handle;
        _group = group;
        Version = version;
        Place();
    }

    public override string Format => $"llama2.c file, version {Version}";

    private int Version { get; }

    /// <summary>Whether a file is meant to be one; version 0 has no mark, so its name decides.</summary>
    public static bool Recognises(string path) => path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase);

    public static Llama2cSource Open(string path)
    {
        SafeFileHandle handle = File.OpenHandle(path);
        try
        {
            byte[] header = new byte[256];
            int length = RandomAccess.Read(handle, header, 0);
            if (length < 28)
            {
                throw Bad(path, $"is no llama2.c file: {length} bytes are too few for a header");
            }

            bool marked = Number(header, 0) == unchecked((int)Magic);
            int version = marked ? Number(header, 1) : 0;
            if (version is < 0 or > 2 || (marked && version == 0) || (marked && length < 256))
            {
                throw Bad(path, $"is truncated or of version {version}; known are 0, 1 and 2");
            }

            int first = marked ? 2 : 0, vocabulary = Number(header, first + 5);
            bool tied = marked ? header[36] != 0 : vocabulary > 0;
            LlamaConfig config = ConfigOf(path, [.. Enumerable.Range(first, 7).Select(i => Number(header, i))], tied);
            int group = version == 2 ? BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(37)) : 1;
            if (group < 1 || config.HiddenSize % group != 0)
            {
                throw Bad(path, $"has groups of {group} numbers, which do not divide the width of {config.HiddenSize}");
            }

            CheckLength(path, RandomAccess.GetLength(handle), config, version, group);
            return new Llama2cSource(path, config, handle, version, group);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public override Tokenizer ReadTokenizer()
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        string[] names = [$"tok{Config.VocabularySize}.bin", "tokenizer.bin"];
        return names.Select(name => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists) is string found
            ? Llama2cTokenizer.Read(found, Config.VocabularySize)
            : throw Bad(Path, $"its vocabulary is not beside it; looked for {string.Join(" and ", names)}");
    }

    public override (string Type, long Bytes) Stored(ParameterSlot slot) => _places[slot.Name].Quantised ? ("Q8", slot.Count + (slot.Count / _group * 4)) : ("F32", slot.Count * 4);

    private protected override int? InterleavedHeads(ParameterSlot slot) =>
        slot.Name.Contains(".q_proj", StringComparison.Ordinal) ? Config.Heads
        : slot.Name.Contains(".k_proj", StringComparison.Ordinal) ? ((LlamaConfig)Config).KeyValueHeads
        : null;

    private protected override void Decode(ParameterSlot slot, long firstRow, Span<float> rows)
    {
        (long position, bool quantised) = _places[slot.Name];
        long first = firstRow * slot.Shape[^1];
        if (!quantised)
        {
            Read(MemoryMarshal.AsBytes(rows), position + (first * 4));
            return;
        }

        sbyte[] levels = new sbyte[rows.Length];

        // Groups run over the whole tensor and may lie across two rows.
        long firstGroup = first / _group;
        float[] scales = new float[((first + rows.Length - 1) / _group) - firstGroup + 1];
        Read(MemoryMarshal.AsBytes(levels.AsSpan()), position + first);
        Read(MemoryMarshal.AsBytes(scales.AsSpan()), position + slot.Count + (firstGroup * 4));
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = levels[i] * scales[((first + i) / _group) - firstGroup];
        }
    }

    private protected override void Close() => _handle.Dispose();

    private static int Number(byte[] header, int index) => BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(index * 4));

    private static PalimpsestException Bad(string path, string what) => new($"{path}: {what}.");

    private static LlamaConfig ConfigOf(string path, int[] numbers, bool tied)
    {
        (int width, int inner, int layers, int heads, int keyValueHeads, int vocabulary, int context) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], Math.Abs((long)numbers[5]) is var size and <= 1 << 24 ? (int)size : 0, numbers[6]);
        if (new[] { width, inner, layers, heads, keyValueHeads, vocabulary, context }.Any(number => number is < 1 or > 1 << 24) || layers > 10_000 || heads % keyValueHeads != 0 || width % (2 * heads) != 0)
        {
            throw Bad(path, $"is no llama2.c file: its header says {string.Join(", ", numbers)} for width, inner width, layers, heads, key-value heads, vocabulary and context");
        }

        return new LlamaConfig
        {
            VocabularySize = vocabulary,
            HiddenSize = width,
            IntermediateSize = inner,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadWidth = width / heads,
            ContextLength = context,
            NormEpsilon = 1e-5,
            TiedEmbeddings = tied,
            BeginToken = 1,
            EndTokens = [2],
        };
    }

    // Before anything is made of what a header claims: the names of ten thousand layers alone take 65 MB.
    private static void CheckLength(string path, long length, LlamaConfig config, int version, int group)
    {
        Int128 width = config.HiddenSize, norms = width * ((2 * config.Layers) + 1);
        Int128 layer = (2 * width * (width + ((Int128)config.KeyValueHeads * config.HeadWidth))) + (3 * width * config.IntermediateSize);
        Int128 matrices = (config.Layers * layer) + (width * config.VocabularySize * (config.TiedEmbeddings ? 1 : 2));
        Int128 asked = version switch
        {
            0 => 28 + (4 * (norms + matrices)) + (4 * (Int128)config.ContextLength * config.HeadWidth),
            1 => 256 + (4 * (norms + matrices)),
            _ => 256 + (4 * norms) + matrices + (matrices / group * 4),
        };
        if (asked != length)
        {
            throw Bad(path, $"is {(asked > length ? "truncated" : "damaged or no llama2.c file")}: its header asks for {asked} bytes, the file has {length}");
        }
    }

    /// <summary>Finds where each tensor begins: the file holds one kind of tensor after the other, each for all layers.</summary>
    private void Place()
    {
        string[] norms = ["input_layernorm", "post_attention_layernorm"], attention = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"], mlp = ["mlp.gate_proj", "mlp.down_proj", "mlp.up_proj"];
        IEnumerable<string> Layers(string kind) => Enumerable.Range(0, Config.Layers).Select(layer => $"model.layers.{layer}.{kind}.weight");
        string[] head = Config.TiedEmbeddings ? [] : [Config.HeadName!], embedding = [Config.EmbeddingName], final = ["model.norm.weight"];
        long position = Version == 0 ? 28 : 256;
        if (Version == 0)
        {
            Put([.. embedding, .. Layers(norms[0]), .. attention.SelectMany(Layers), .. Layers(norms[1]), .. mlp.SelectMany(Layers), .. final], quantised: false);
            position += 4L * Config.ContextLength * Config.HeadWidth; // tables of cosines and sines
            Put(head, quantised: false);
        }
        else
        {
            Put([.. norms.SelectMany(Layers), .. final], quantised: false);
            Put([.. embedding, .. attention.SelectMany(Layers), .. mlp.SelectMany(Layers), .. head], quantised: Version == 2);
        }

        void Put(IEnumerable<string> names, bool quantised)
        {
            foreach (string name in names)
            {
                _places.Add(name, (position, quantised));
                position += quantised ? Layout[name].Count + (Layout[name].Count / _group * 4) : Layout[name].Count * 4;
            }
        }
    }

    private void Read(Span<byte> target, long position)
    {
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(_handle, target[..Math.Min(target.Length, 1 << 26)], position);
            if (read == 0)
            {
                throw Bad(Path, "ended while it was read; the file was cut");
            }

            target = target[read..];
            position += read;
        }
    }
}
