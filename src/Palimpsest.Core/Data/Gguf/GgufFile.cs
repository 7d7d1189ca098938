using System.Buffers;
using System.Runtime.InteropServices;
using Palimpsest.Data.Gguf.Blocks;

namespace Palimpsest.Data.Gguf;

/// <summary>Reads a GGUF file, or all parts of a split one: everything before the data is checked before any tensor is handed out.</summary>
/// <remarks>
/// Versions 2 and 3, little endian (<see href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format's description</see>). Gaps between tensors, any order of them and missing padding at the end are legal.
/// Data is read with positioned reads, so that a file that is cut while in use gives an error; who maps it (<see cref="PathOf"/>) is killed then. Thread-safe.
/// </remarks>
public sealed class GgufFile : IDisposable
{
    // Blocks read at a time: they stay in the second-level cache until they are decoded.
    private const int ChunkBytes = 1 << 18;
    private readonly List<GgufPart> _parts;
    private readonly Dictionary<string, GgufTensor> _byName = new(StringComparer.Ordinal);
    private readonly List<GgufTensor> _tensors = [];

    private GgufFile(string path, List<GgufPart> parts)
    {
        Path = path;
        _parts = parts;
        foreach (GgufTensor tensor in parts.SelectMany(part => part.Header.Tensors))
        {
            _tensors.Add(_byName.TryAdd(tensor.Name, tensor) ? tensor : throw new GgufException(GgufProblem.DuplicateTensor, $"{path}: tensor \"{tensor.Name}\" stands in two parts"));
        }
    }

    /// <summary>The path as given; of a split file, any one of its parts.</summary>
    public string Path { get; }

    /// <summary>2 or 3.</summary>
    public int Version => _parts[0].Header.Version;

    /// <summary>Tensors begin at multiples of so many bytes.</summary>
    public int Alignment => _parts[0].Header.Alignment;

    /// <summary>The metadata; of a split file, that of its first part.</summary>
    public GgufMetadata Metadata => _parts[0].Header.Metadata;

    /// <summary>The tensors in the order in which the file lists them.</summary>
    public IReadOnlyList<GgufTensor> Tensors => _tensors;

    /// <summary>Number of files: 1, or the parts of a split one.</summary>
    public int PartCount => _parts.Count;

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">The file, or any part of a split one; the others are looked for beside it.</param>
    /// <exception cref="GgufException">The file is missing, cannot be read, or breaks a rule of the format; <see cref="GgufException.Problem"/> says which, the message says where.</exception>
    public static GgufFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        List<GgufPart> parts = GgufPart.OpenAll(path);
        try
        {
            return new GgufFile(path, parts);
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }
    }

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="GgufException">The file has no such tensor.</exception>
    public GgufTensor this[string name] => Find(name) ?? throw new GgufException(GgufProblem.MissingTensor, $"{Path}: has no tensor \"{name}\"");

    /// <summary>The tensor of a name, or null.</summary>
    public GgufTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The part that holds a tensor; a map of it ends the process when the file is cut.</summary>
    public string PathOf(GgufTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return _parts[tensor.Part].Path;
    }

    /// <summary>Reads bytes of a tensor as they are stored.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="target">Receives bytes from <paramref name="offset"/> on; filled whole.</param>
    /// <param name="offset">First byte within the tensor.</param>
    /// <exception cref="GgufException">The file became shorter since it was opened.</exception>
    public void Read(GgufTensor tensor, Span<byte> target, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + target.Length, tensor.ByteLength);
        _parts[tensor.Part].Read(tensor, target, offset);
    }

    /// <summary>Decodes a stretch of a tensor to f32, in the order of the file. Exact: what the reference decoder gives, bit for bit, up to the sign of zeros.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="destination">Receives elements from <paramref name="firstElement"/> on; filled whole. Its length is a whole number of <see cref="GgufTensor.BlockLength"/>, as whole rows are.</param>
    /// <param name="firstElement">First element, a multiple of <see cref="GgufTensor.BlockLength"/>.</param>
    /// <exception cref="GgufException">The type is not decoded (<see cref="GgufProblem.Unsupported"/>), or the file became shorter since it was opened.</exception>
    public void Dequantize(GgufTensor tensor, Span<float> destination, long firstElement = 0)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstElement, tensor.Count - destination.Length);
        BlockFormat format = BlockFormat.Of(tensor.Type);
        if (firstElement % format.Values != 0 || destination.Length % format.Values != 0)
        {
            throw new ArgumentException($"A stretch of {destination.Length} elements from {firstElement} on cuts through a block of {format.Values}.", nameof(destination));
        }

        if (!format.CanDecode)
        {
            throw new GgufException(GgufProblem.Unsupported, $"{Path}: tensor \"{tensor.Name}\" is stored as {BlockFormat.NameOf((uint)tensor.Type)}, which is not decoded. Use a file with other types, such as Q4_K_M or Q8_0");
        }

        if (tensor.Type == GgufTensorType.F32)
        {
            Read(tensor, MemoryMarshal.AsBytes(destination), firstElement * sizeof(float));
            return;
        }

        int blocks = Math.Min(ChunkBytes / format.Bytes, destination.Length / format.Values);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(blocks * format.Bytes);
        for (long offset = firstElement / format.Values * format.Bytes; destination.Length > 0; offset += blocks * format.Bytes)
        {
            blocks = Math.Min(blocks, destination.Length / format.Values);
            Span<byte> bytes = chunk.AsSpan(0, blocks * format.Bytes);
            Read(tensor, bytes, offset);
            format.Decode(bytes, destination[..(blocks * format.Values)]);
            destination = destination[(blocks * format.Values)..];
        }

        ArrayPool<byte>.Shared.Return(chunk);
    }

    /// <summary>Closes all parts.</summary>
    public void Dispose() => _parts.ForEach(part => part.Dispose());
}
