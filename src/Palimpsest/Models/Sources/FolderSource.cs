using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Text;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>A folder in the Hugging Face form: <c>config.json</c>, safetensors in one file or in shards, <c>tokenizer.json</c>.</summary>
internal sealed class FolderSource : ModelSource
{
    private readonly SafetensorsSet _weights;
    private readonly Dictionary<string, (SafetensorsFile File, TensorEntry Entry)> _stored;

    private FolderSource(string folder, CausalConfig config, SafetensorsSet weights)
        : base(folder, config)
    {
        _weights = weights;
        _stored = Match();
    }

    public override string Format => _weights.FileCount == 1 ? "Hugging Face folder" : $"Hugging Face folder with {_weights.FileCount} shards";

    public static FolderSource OpenFolder(string folder, string configName)
    {
        CausalConfig config = ModelConfigFile.Read(System.IO.Path.Combine(folder, configName));
        SafetensorsSet weights = SafetensorsSet.Open(folder);
        try
        {
            return new FolderSource(folder, UntieIfStoredApart(config, weights), weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public override Tokenizer ReadTokenizer() => Tokenizer.Load(Path);

    public override (string Type, long Bytes) Stored(ParameterSlot slot) => (_stored[slot.Name].Entry.Type.ToString(), _stored[slot.Name].Entry.ByteLength);

    internal override void Fill(ParameterSlot slot, Tensor target)
    {
        (SafetensorsFile file, TensorEntry entry) = _stored[slot.Name];
        using Tensor loaded = TensorBytes.Read(file, entry);
        using Tensor turned = Config.IsStoredTransposed(slot.Name) ? loaded.t() : loaded.alias();
        target.copy_(turned);
    }

    private protected override Tensor? TryMap(ParameterSlot slot, ScalarType wanted)
    {
        (SafetensorsFile file, TensorEntry entry) = _stored[slot.Name];
        return TensorBytes.ScalarTypeOf(entry.Type) == wanted && !Config.IsStoredTransposed(slot.Name) ? TensorBytes.TryMap(file, entry) : null;
    }

    private protected override void Close() => _weights.Dispose();

    /// <summary>Some checkpoints say "tied" but store only the head, others say nothing and store only the embedding: what is stored decides.</summary>
    private static CausalConfig UntieIfStoredApart(CausalConfig config, SafetensorsSet weights)
    {
        bool Has(string name) => weights.Entries.ContainsKey(name) || config.Architecture.OtherNames(name).Any(weights.Entries.ContainsKey);
        return config.TiedEmbeddings && Has(config.HeadName) && Has(config.EmbeddingName) ? config with { TiedEmbeddings = false } : config;
    }

    private Dictionary<string, (SafetensorsFile File, TensorEntry Entry)> Match()
    {
        Dictionary<string, (SafetensorsFile, TensorEntry)> stored = new(StringComparer.Ordinal);
        HashSet<string> used = new(StringComparer.Ordinal);
        List<string> problems = [];
        foreach (ParameterSlot slot in Layout.Slots)
        {
            IEnumerable<string> aliases = Layout.Tied.Where(pair => pair.Value == slot.Name).Select(pair => pair.Key);
            string? name = aliases.Prepend(slot.Name).SelectMany(known => Config.Architecture.OtherNames(known).Prepend(known)).FirstOrDefault(_weights.Entries.ContainsKey);
            if (name is null)
            {
                problems.Add($"\"{slot.Name}\" is missing");
                continue;
            }

            used.Add(name);
            stored[slot.Name] = _weights.Entries[name];
            TensorEntry entry = _weights.Entries[name].Entry;
            IEnumerable<long> wanted = Config.IsStoredTransposed(slot.Name) ? slot.Shape.Reverse() : slot.Shape;
            if (!entry.Shape.SequenceEqual(wanted))
            {
                problems.Add($"\"{name}\" has shape [{string.Join(", ", entry.Shape)}] where config.json wants [{string.Join(", ", wanted)}]");
            }
            else if (entry.Type is not (TensorType.F32 or TensorType.BF16 or TensorType.F16))
            {
                problems.Add($"\"{name}\" has type {entry.Type}; supported are F32, F16 and BF16");
            }
        }

        problems.AddRange(_weights.Entries.Keys.Where(name => !used.Contains(name) && !Config.Architecture.IsBuffer(name)).Select(name => $"\"{name}\" is not part of this architecture"));
        return problems.Count == 0
            ? stored
            : throw new PalimpsestException($"{_weights.Path}: {string.Join("; ", problems.Take(5))}{(problems.Count > 5 ? $"; and {problems.Count - 5} more" : "")}.");
    }
}
