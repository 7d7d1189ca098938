using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Palimpsest.Common;

namespace Palimpsest.Data.Safetensors;

/// <summary>Reads a safetensors file: the header is checked whole before any tensor is handed out.</summary>
/// <remarks>
/// Format: 8 bytes length of the header (little-endian), the header as a JSON object {name: {dtype, shape, data_offsets}} with an optional <c>__metadata__</c> of strings, the data. Checked here:
/// the header's length against the file and 100 MB, known types, offsets that cover the data without gap or overlap, byte lengths that equal shape times element size. Thread-safe.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const long LongestHeader = 100_000_000;
    private const int HeaderDepth = 8;
    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        ReadHeader();
    }

    /// <summary>The file's path as given.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>The strings of <c>__metadata__</c>; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="PalimpsestException">The file is missing, cannot be read, or breaks a rule of the format; the message names the file, the tensor and the rule.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = RegularFile.Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be opened ({error.Message})", error);
        }

        try
        {
            return new SafetensorsFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="PalimpsestException">The file has no such tensor.</exception>
    public TensorEntry this[string name] => _entries.TryGetValue(name, out TensorEntry? entry) ? entry : throw Bad($"has no tensor \"{name}\"");

    /// <summary>Reads bytes of a tensor.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="target">Receives bytes from <paramref name="offset"/> on; filled whole.</param>
    /// <param name="offset">First byte within the tensor.</param>
    /// <exception cref="PalimpsestException">The file became shorter since it was opened.</exception>
    public void Read(TensorEntry entry, Span<byte> target, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + target.Length, entry.ByteLength);
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(_handle, target[..Math.Min(target.Length, 1 << 26)], entry.Position + offset);
            if (read == 0)
            {
                throw Bad($"ended inside tensor \"{entry.Name}\"; the file was cut while it was read");
            }

            target = target[read..];
            offset += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private PalimpsestException Bad(string what, Exception? inner = null) => inner is null ? new($"{Path}: {what}.") : new($"{Path}: {what}.", inner);

    private void ReadHeader()
    {
        long length = RandomAccess.GetLength(_handle);
        Span<byte> prefix = stackalloc byte[8];
        if (length < 10 || RandomAccess.Read(_handle, prefix, 0) < 8)
        {
            throw Bad($"is not a safetensors file: {length} bytes are too few for a header");
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > LongestHeader || headerLength > (ulong)length - 8)
        {
            throw Bad($"is truncated or not a safetensors file: its header claims {headerLength} bytes, the file has {length} (and 100 MB are the limit)");
        }

        byte[] header = new byte[headerLength];
        int got = 0;
        while (got < header.Length)
        {
            int read = RandomAccess.Read(_handle, header.AsSpan(got), 8 + got);
            got += read > 0 ? read : throw Bad("ended inside its header");
        }

        try
        {
            StrictJson.CheckText(header, HeaderDepth);
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = HeaderDepth });
            ReadEntries(document.RootElement, 8 + (long)headerLength, length);
        }
        catch (JsonException error)
        {
            throw Bad($"has a header that is not valid JSON ({error.Message})", error);
        }
    }

    private void ReadEntries(JsonElement root, long dataStart, long length)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Bad("has a header that is not a JSON object");
        }

        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.NameEquals("__metadata__"))
            {
                ReadMetadata(property.Value);
            }
            else if (!_entries.TryAdd(property.Name, ReadEntry(property, dataStart, length)))
            {
                throw Bad($"lists tensor \"{property.Name}\" twice");
            }
        }

        long next = dataStart;
        foreach (TensorEntry entry in _entries.Values.OrderBy(entry => entry.Position).ThenBy(entry => entry.ByteLength))
        {
            if (entry.Position != next)
            {
                throw Bad(entry.Position < next ? $"is damaged: tensor \"{entry.Name}\" overlaps the one before it" : $"is damaged: there is a gap of {entry.Position - next} bytes before tensor \"{entry.Name}\"");
            }

            next += entry.ByteLength;
        }

        if (next != length)
        {
            throw Bad(next > length ? "is truncated" : $"is damaged: {length - next} bytes after the last tensor belong to none");
        }
    }

    private void ReadMetadata(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || element.EnumerateObject().Any(item => item.Value.ValueKind != JsonValueKind.String))
        {
            throw Bad("has a __metadata__ that is not an object of strings");
        }

        foreach (JsonProperty item in element.EnumerateObject())
        {
            _metadata[item.Name] = item.Value.GetString()!;
        }
    }

    private TensorEntry ReadEntry(JsonProperty property, long dataStart, long length)
    {
        string name = property.Name;
        JsonElement value = property.Value;
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || !TryNumbers(value, "shape", out long[] shape) || !TryNumbers(value, "data_offsets", out long[] offsets) || offsets.Length != 2)
        {
            throw Bad($"describes tensor \"{name}\" without a proper dtype, shape and data_offsets");
        }

        if (value.EnumerateObject().Select(item => item.Name).FirstOrDefault(key => key is not ("dtype" or "shape" or "data_offsets")) is string other)
        {
            throw Bad($"says \"{other}\" of tensor \"{name}\"; known are dtype, shape and data_offsets");
        }

        if (!Enum.TryParse(type.GetString(), ignoreCase: false, out TensorType parsed) || !Enum.IsDefined(parsed) || char.IsDigit(type.GetString()![0]))
        {
            throw Bad($"holds tensor \"{name}\" of type \"{type.GetString()}\"; known are {string.Join(", ", Enum.GetNames<TensorType>())}");
        }

        if (offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > length - dataStart)
        {
            throw Bad($"is truncated or damaged: tensor \"{name}\" lies at bytes {offsets[0]} to {offsets[1]} of {length - dataStart}");
        }

        UInt128 bytes = (UInt128)TensorEntry.SizeOf(parsed);
        foreach (long extent in shape)
        {
            // 2^40 elements are beyond any file, and stopping there keeps the product from wrapping.
            if (extent < 0 || (bytes *= (UInt128)extent) > (UInt128)1 << 50)
            {
                throw Bad($"gives tensor \"{name}\" the impossible shape [{string.Join(", ", shape)}]");
            }
        }

        if (bytes != (UInt128)(offsets[1] - offsets[0]))
        {
            throw Bad($"gives tensor \"{name}\" {offsets[1] - offsets[0]} bytes, but {parsed} [{string.Join(", ", shape)}] takes {bytes}");
        }

        return new TensorEntry(name, parsed, shape, dataStart + offsets[0], offsets[1] - offsets[0]);
    }

    private static bool TryNumbers(JsonElement value, string name, out long[] numbers)
    {
        numbers = [];
        if (!value.TryGetProperty(name, out JsonElement array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > 16)
        {
            return false;
        }

        numbers = new long[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i++]))
            {
                return false;
            }
        }

        return true;
    }
}
