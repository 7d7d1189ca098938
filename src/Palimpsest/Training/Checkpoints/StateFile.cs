using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Palimpsest.Data.Safetensors;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Checkpoints;

/// <summary>Where a long piece of work stands, in one safetensors file: a record as JSON and named tensors of any shape and type. It is there whole or not at
/// all, and read back to the bit.</summary>
/// <remarks>A training's checkpoints are such files; so is the state of whatever runs above trainings, such as rounds over many owners or clients.</remarks>
public sealed class StateFile : IDisposable
{
    private const string StateKey = "palimpsest.state", ChecksumKey = "palimpsest.xxh128";
    private const int Block = 1 << 20;
    private readonly string _path;
    private readonly SafetensorsFile _file;

    private StateFile(string path) => (_path, _file) = (path, SafetensorsFile.Open(path));

    /// <summary>Writes the file, replacing the one before.</summary>
    /// <typeparam name="TState">The record.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="state">The record.</param>
    /// <param name="json">How it is written.</param>
    /// <param name="tensors">The tensors, by names that differ.</param>
    public static void Write<TState>(string path, TState state, JsonTypeInfo<TState> json, IReadOnlyList<(string Name, Tensor Values)> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        string text = JsonSerializer.Serialize(state, json);
        SafetensorsWriter.Write(
            path,
            [.. tensors.Select(item =>
                new TensorSource(item.Name, TensorBytes.TypeOf(item.Values.dtype), item.Values.shape, stream =>
                TensorBytes.Write(item.Values, item.Values.dtype, stream)))],
            new Dictionary<string, string>(StringComparer.Ordinal) { [StateKey] = text, [ChecksumKey] = Checksum(text, tensors) });
    }

    /// <summary>Opens a file to read.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PalimpsestException">It is missing or damaged.</exception>
    public static StateFile Open(string path) => new(path);

    /// <summary>The record.</summary>
    /// <typeparam name="TState">The record.</typeparam>
    /// <param name="json">How it is written.</param>
    /// <exception cref="PalimpsestException">The file holds none of this kind.</exception>
    public TState State<TState>(JsonTypeInfo<TState> json)
        where TState : class
    {
        try
        {
            return (_file.Metadata.TryGetValue(StateKey, out string? text) ? JsonSerializer.Deserialize(text, json) : null)
                ?? throw new JsonException("There is no state.");
        }
        catch (JsonException problem)
        {
            throw new PalimpsestException($"{_path}: is not a checkpoint of such a run.", problem);
        }
    }

    /// <summary>Refuses a file whose tensors are others.</summary>
    /// <param name="tensors">Those that are needed.</param>
    /// <param name="others">Whether the file may hold more.</param>
    /// <exception cref="PalimpsestException">Names, shapes or types differ.</exception>
    public void RequireSame(IReadOnlyList<(string Name, Tensor Values)> tensors, bool others = false)
    {
        const string way = "Resume with the recipe in the run's folder, or start a new run.";
        HashSet<string> names = [.. tensors.Select(item => item.Name)];
        if (names.Except(_file.Entries.Keys).FirstOrDefault() is string missing)
        {
            throw new PalimpsestException($"{_path}: was written with other training settings: another optimizer or objective, whose state has no \"{missing}\". {way}");
        }

        if (!others && _file.Entries.Keys.Except(names).FirstOrDefault() is string superfluous)
        {
            throw new PalimpsestException($"{_path}: was written with other training settings: its \"{superfluous}\" belongs to another optimizer or objective. {way}");
        }

        foreach ((string name, Tensor values) in tensors)
        {
            TensorEntry entry = _file[name];
            if (!entry.Shape.SequenceEqual(values.shape) || TensorBytes.ScalarTypeOf(entry.Type) != values.dtype)
            {
                throw new PalimpsestException($"{_path}: \"{name}\" is {entry.Type} [{string.Join(", ", entry.Shape)}], but {values.dtype} [{string.Join(", ", values.shape)}] is needed: the optimizer's settings are others. {way}");
            }
        }
    }

    /// <summary>Fills tensors with what was stored under their names.</summary>
    /// <param name="tensors">As <see cref="RequireSame"/> found them to fit.</param>
    public void Fill(IReadOnlyList<(string Name, Tensor Values)> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        using IDisposable noGrad = no_grad();
        foreach ((string name, Tensor values) in tensors)
        {
            using Tensor loaded = TensorBytes.Read(_file, _file[name]);
            values.copy_(loaded);
        }
    }

    /// <summary>Refuses a file whose record or tensors are not those that were written. Files of earlier versions hold no checksum and pass.</summary>
    /// <exception cref="PalimpsestException">They are not.</exception>
    public void RequireWhole()
    {
        if (!_file.Metadata.TryGetValue(ChecksumKey, out string? written))
        {
            return;
        }

        XxHash128 hash = new();
        hash.Append(Encoding.UTF8.GetBytes(_file.Metadata.GetValueOrDefault(StateKey, "")));
        byte[] block = new byte[Block];
        foreach (TensorEntry entry in _file.Entries.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes(entry.Name));
            for (long offset = 0; offset < entry.ByteLength; offset += Block)
            {
                Span<byte> part = block.AsSpan(0, (int)Math.Min(Block, entry.ByteLength - offset));
                _file.Read(entry, part, offset);
                hash.Append(part);
            }
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != written)
        {
            throw new PalimpsestException($"{_path}: is damaged: its checksum is not the one that was written.");
        }
    }

    // Cheap beside the writing; it tells damage, not malice.
    private static string Checksum(string state, IReadOnlyList<(string Name, Tensor Values)> tensors)
    {
        XxHash128 hash = new();
        hash.Append(Encoding.UTF8.GetBytes(state));
        using HashingStream stream = new(hash);
        foreach ((string name, Tensor values) in tensors.OrderBy(item => item.Name, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes(name));
            TensorBytes.Write(values, values.dtype, stream);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
