using System.Globalization;
using Palimpsest.Data.Gguf;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>A GGUF file of the architecture llama.</summary>
internal sealed class GgufSource : RowSource
{
    private readonly GgufFile _file;
    private readonly GgufLlamaSettings _settings;
    private readonly Dictionary<string, GgufTensor> _stored;

    private GgufSource(GgufFile file, GgufLlamaSettings settings)
        : base(file.Path, ConfigOf(file, settings))
    {
        _file = file;
        _settings = settings;
        _stored = Match();
    }

    public override string Format => _file.PartCount == 1 ? "GGUF file" : $"GGUF file in {_file.PartCount} parts";

    /// <summary>Whether a file is meant to be one.</summary>
    public static bool Recognises(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return (stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("GGUF"u8)) || path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
    }

    public static GgufSource Open(string path)
    {
        GgufFile file = GgufFile.Open(path);
        try
        {
            return new GgufSource(file, GgufLlamaSettings.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override IReadOnlyCollection<string> Notes => _file.Metadata.Notes;

    public override Tokenizer ReadTokenizer() => GgufTokenizer.Read(_file);

    public override (string Type, long Bytes) Stored(ParameterSlot slot) => (_stored[slot.Name].Type.ToString(), _stored[slot.Name].ByteLength);

    private protected override int? InterleavedHeads(ParameterSlot slot) => GgufLlamaNames.InterleavedHeads(_stored[slot.Name].Name, _settings);

    private protected override void Decode(ParameterSlot slot, long firstRow, Span<float> rows)
    {
        GgufTensor tensor = _stored[slot.Name];
        _file.Dequantize(tensor, rows, firstRow * tensor.RowLength);
    }

    private protected override StoredMatrix? TryKeep(ParameterSlot slot, bool copy)
    {
        GgufTensor tensor = _stored[slot.Name];
        ScalarType? numbers = tensor.Type switch
        {
            GgufTensorType.F32 => ScalarType.Float32,
            GgufTensorType.BF16 => ScalarType.BFloat16,
            GgufTensorType.F16 => ScalarType.Float16,
            _ => null,
        };
        if (numbers is null && (tensor.BlockLength == 1 || !GgufBlocks.CanDecode(tensor.Type)))
        {
            return null; // other numbers become f32; what cannot be decoded is refused there
        }

        ScalarType type = numbers ?? ScalarType.Byte;
        GgufTensorType? blocks = numbers is null ? tensor.Type : null;
        long[] shape = [slot.Shape[0], tensor.ByteLength / slot.Shape[0] / type.ElementSize()];
        int? heads = InterleavedHeads(slot);
        return heads is null && !copy && tensor.Position % type.ElementSize() == 0
            ? new StoredMatrix(TensorBytes.Map(_file.PathOf(tensor), tensor.Position, type, shape), IsMapped: true, blocks)
            : new StoredMatrix(Copied(tensor, type, shape, heads), IsMapped: false, blocks);
    }

    /// <summary>The rows of a matrix in new memory, in the order of Hugging Face.</summary>
    private Tensor Copied(GgufTensor tensor, ScalarType type, long[] shape, int? heads)
    {
        Tensor result = empty(shape, type);
        Span<byte> target = result.bytes;
        int size = checked((int)(tensor.ByteLength / shape[0]));
        if (heads is null)
        {
            _file.Read(tensor, target);
            return result;
        }

        byte[] stored = new byte[tensor.ByteLength];
        _file.Read(tensor, stored);
        for (int row = 0; row < shape[0]; row++)
        {
            stored.AsSpan(checked((int)GgufLlamaNames.RowInFile(row, shape[0], heads.Value) * size), size).CopyTo(target[(row * size)..]);
        }

        return result;
    }

    private protected override void Close() => _file.Dispose();

    private static LlamaConfig ConfigOf(GgufFile file, GgufLlamaSettings settings)
    {
        GgufMetadata metadata = file.Metadata;
        int? Token(string role) => metadata.FindSpecialToken(role, settings.VocabularySize);

        // As in the vocabulary: </s> of SentencePiece.
        int? Default() => metadata.FindText("tokenizer.ggml.model") == "llama" && settings.VocabularySize > 2 ? 2 : null;
        if (settings.HeadCount % settings.KeyValueHeadCount != 0 || settings.HeadLength % 2 != 0)
        {
            throw new PalimpsestException($"{file.Path}: {settings.HeadCount} heads cannot share {settings.KeyValueHeadCount} key-value heads of width {settings.HeadLength}; the first must be a multiple of the second and the width even.");
        }

        return new LlamaConfig
        {
            VocabularySize = settings.VocabularySize,
            HiddenSize = settings.EmbeddingLength,
            IntermediateSize = settings.FeedForwardLength,
            Layers = settings.BlockCount,
            Heads = settings.HeadCount,
            KeyValueHeads = settings.KeyValueHeadCount,
            HeadWidth = settings.HeadLength,
            ContextLength = settings.ContextLength,
            RopeTheta = settings.RopeBase,
            RopeScaling = Scaling(file, settings),

            // The file holds an f32; as the decimal number that was meant it can be written again.
            NormEpsilon = double.Parse(((float)settings.RmsEpsilon).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
            TiedEmbeddings = settings.TiedOutput,
            AttentionBias = file.Find("blk.0.attn_q.bias") is not null,
            MlpBias = file.Find("blk.0.ffn_gate.bias") is not null,
            BeginToken = Token("bos"),
            EndTokens = [.. new[] { Token("eos") ?? Default(), Token("eot"), Token("eom") }.OfType<int>().Distinct()],
        };
    }

    private static RopeScaling? Scaling(GgufFile file, GgufLlamaSettings settings)
    {
        if (settings.RopeDivisors is not null)
        {
            return settings.RopeScaling is null or { Type: "linear", Factor: 1 }
                ? new RopeScaling { Type = "divisors", Divisors = settings.RopeDivisors }
                : throw new PalimpsestException($"{file.Path}: has both divisors of the rotary frequencies and a scaling of type \"{settings.RopeScaling.Type}\", which is not supported.");
        }

        return settings.RopeScaling switch
        {
            null => null,
            { Type: "linear", Factor: > 0 } linear => new RopeScaling { Type = "linear", Factor = linear.Factor },

            // In the file the factor of attention comes on top of the paper's.
            { Type: "yarn", Factor: >= 1 } yarn => new RopeScaling
            {
                Type = "yarn",
                Factor = yarn.Factor,
                OriginalContext = yarn.OriginalContextLength ?? settings.ContextLength,
                AttentionFactor = yarn.AttentionFactor is double factor ? factor * RopeScaling.YarnMagnitude(yarn.Factor) : null,
                BetaFast = yarn.BetaFast ?? 32,
                BetaSlow = yarn.BetaSlow ?? 1,
            },
            GgufRopeScaling other => throw new PalimpsestException($"{file.Path}: rotary scaling of type \"{other.Type}\" with the factor {other.Factor} is not supported; supported: linear, yarn, and Llama 3's by divisors."),
        };
    }

    private Dictionary<string, GgufTensor> Match()
    {
        Dictionary<string, GgufTensor> stored = new(StringComparer.Ordinal);
        List<string> problems = [];
        HashSet<string> wanted = new(Layout.Slots.Select(slot => slot.Name), StringComparer.Ordinal);
        foreach (GgufTensor tensor in _file.Tensors.Where(tensor => tensor.Name != GgufLlamaNames.RopeDivisors))
        {
            if (GgufLlamaNames.ToHuggingFace(tensor.Name) is string name && wanted.Contains(name))
            {
                stored[name] = tensor;
            }
            else
            {
                problems.Add($"\"{tensor.Name}\" is not part of this architecture");
            }
        }

        foreach (ParameterSlot slot in Layout.Slots)
        {
            if (!stored.TryGetValue(slot.Name, out GgufTensor? tensor))
            {
                problems.Add($"\"{GgufLlamaNames.ToGguf(slot.Name)}\" is missing");
            }
            else if (!tensor.Shape.SequenceEqual(slot.Shape))
            {
                problems.Add($"\"{tensor.Name}\" has shape [{string.Join(", ", tensor.Shape)}] where the metadata want [{string.Join(", ", slot.Shape)}]");
            }
        }

        return problems.Count == 0
            ? stored
            : throw new PalimpsestException($"{_file.Path}: {string.Join("; ", problems.Take(5))}{(problems.Count > 5 ? $"; and {problems.Count - 5} more" : "")}.");
    }
}
