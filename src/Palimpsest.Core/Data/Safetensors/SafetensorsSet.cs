using System.Text.Json;
using Palimpsest.Common;

namespace Palimpsest.Data.Safetensors;

/// <summary>The tensors of a model in one safetensors file or in several shards with an index; the shards are checked against the index before any tensor is handed out.</summary>
/// <remarks>The index is <c>model.safetensors.index.json</c>: <c>weight_map</c> names the shard of each tensor. Thread-safe.</remarks>
public sealed class SafetensorsSet : IDisposable
{
    /// <summary>The name of weights in one file.</summary>
    public const string SingleName = "model.safetensors";

    /// <summary>The name of the index of several.</summary>
    public const string IndexName = "model.safetensors.index.json";

    // The largest known index, of a model with 60,000 tensors, has 9 MB.
    private const int LongestIndex = 100_000_000;
    private const int IndexDepth = 8;
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, TensorEntry Entry)> _entries = new(StringComparer.Ordinal);

    private SafetensorsSet(string path) => Path = path;

    /// <summary>The single file or the index.</summary>
    public string Path { get; }

    /// <summary>The tensors by name, each with the file that holds it.</summary>
    public IReadOnlyDictionary<string, (SafetensorsFile File, TensorEntry Entry)> Entries => _entries;

    /// <summary>Number of files.</summary>
    public int FileCount => _files.Count;

    /// <summary>Opens the weights of a folder: <see cref="SingleName"/> if it is there, else the shards of <see cref="IndexName"/>.</summary>
    /// <exception cref="PalimpsestException">There are no weights, a shard is missing, a tensor is in no shard, in another one than the index says or in two, or a file is damaged.</exception>
    public static SafetensorsSet Open(string folder)
    {
        string single = System.IO.Path.Combine(folder, SingleName), index = System.IO.Path.Combine(folder, IndexName);
        bool sharded = !File.Exists(single) && File.Exists(index);
        SafetensorsSet set = new(sharded ? index : single);
        try
        {
            if (sharded)
            {
                set.AddShards(folder, ReadIndex(index));
            }
            else
            {
                set.Add(SafetensorsFile.Open(single));
            }

            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private void Add(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (TensorEntry entry in file.Entries.Values)
        {
            if (!_entries.TryAdd(entry.Name, (file, entry)))
            {
                throw new PalimpsestException($"{Path}: tensor \"{entry.Name}\" stands twice, in {_entries[entry.Name].File.Path} and in {file.Path}. Remove the shard that does not belong to this model.");
            }
        }
    }

    private void AddShards(string folder, Dictionary<string, string> map)
    {
        foreach (string name in map.Values.Distinct(StringComparer.Ordinal))
        {
            string path = System.IO.Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                throw new PalimpsestException($"{path}: this shard is missing; {IndexName} names it for \"{map.First(pair => pair.Value == name).Key}\" and {map.Count(pair => pair.Value == name) - 1} other tensors. Download it again.");
            }

            Add(SafetensorsFile.Open(path));
        }

        foreach ((string tensor, string shard) in map)
        {
            if (!_entries.TryGetValue(tensor, out (SafetensorsFile File, TensorEntry Entry) found) || System.IO.Path.GetFileName(found.File.Path) != shard)
            {
                throw new PalimpsestException($"{Path}: says that \"{tensor}\" is in {shard}, but it is not there. Index and shards are not of one model.");
            }
        }

        if (_entries.Keys.FirstOrDefault(name => !map.ContainsKey(name)) is string unknown)
        {
            throw new PalimpsestException($"{_entries[unknown].File.Path}: holds tensor \"{unknown}\", which {IndexName} does not know. Index and shards are not of one model.");
        }
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        PalimpsestException Bad(string what, Exception? cause = null) => new($"{path}: {what}. It must be an object whose weight_map gives the shard of each tensor.", cause!);
        try
        {
            byte[] index = RegularFile.ReadBytes(path, LongestIndex) ?? throw Bad($"has more than {LongestIndex} bytes");
            StrictJson.CheckText(index, IndexDepth);
            using JsonDocument document = JsonDocument.Parse(index, new JsonDocumentOptions { MaxDepth = IndexDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
            {
                throw Bad("has no weight_map");
            }

            Dictionary<string, string> shards = new(StringComparer.Ordinal);
            foreach (JsonProperty item in map.EnumerateObject())
            {
                // A name with a separator could reach out of the folder.
                string? shard = item.Value.ValueKind == JsonValueKind.String ? item.Value.GetString() : null;
                if (string.IsNullOrEmpty(shard) || shard != System.IO.Path.GetFileName(shard))
                {
                    throw Bad($"names for \"{item.Name}\" no file of this folder");
                }

                if (!shards.TryAdd(item.Name, shard))
                {
                    throw Bad($"names \"{item.Name}\" twice");
                }
            }

            return shards.Count > 0 ? shards : throw Bad("has an empty weight_map");
        }
        catch (JsonException error)
        {
            throw Bad($"is not valid JSON ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message})", error);
        }
    }
}
