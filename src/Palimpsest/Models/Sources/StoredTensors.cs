using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>The tensors of a safetensors checkpoint, matched with the parameters of a model and checked to be all of them and no others.</summary>
internal sealed class StoredTensors
{
    private const int Piece = 1 << 20;
    private readonly SafetensorsSet _weights;
    private readonly ModelConfig _config;

    /// <param name="weights">The checkpoint.</param>
    /// <param name="config">The shape, whose family knows other names, and which tensors have no use.</param>
    /// <param name="layout">The parameters.</param>
    public StoredTensors(SafetensorsSet weights, ModelConfig config, ParameterLayout layout)
    {
        (_weights, _config) = (weights, config);
        HashSet<string> used = new(StringComparer.Ordinal);
        List<string> problems = [];
        foreach (ParameterSlot slot in layout.Slots)
        {
            string[] aliases = [.. layout.Tied.Where(pair => pair.Value == slot.Name).Select(pair => pair.Key)];
            string[] names = [.. aliases.Prepend(slot.Name).Select(known => Find(weights, config, known)).OfType<string>()];
            if (names.Length == 0)
            {
                problems.Add($"\"{slot.Name}\" is missing");
                continue;
            }

            used.UnionWith(names);
            Names[slot.Name] = names[0];
            TensorEntry entry = weights.Entries[names[0]].Entry;
            IEnumerable<long> wanted = Wanted(slot);
            if (!entry.Shape.SequenceEqual(wanted))
            {
                problems.Add($"\"{names[0]}\" has shape [{string.Join(", ", entry.Shape)}] where config.json wants [{string.Join(", ", wanted)}]");
            }
            else if (entry.Type is not (TensorType.F32 or TensorType.BF16 or TensorType.F16))
            {
                problems.Add($"\"{names[0]}\" has type {entry.Type}; supported are F32, F16 and BF16");
            }

            foreach (string copy in names[1..])
            {
                Unused[copy] = $"the same as {names[0]}, to which it is tied";
                if (!AreEqual(weights.Entries[names[0]], weights.Entries[copy]))
                {
                    problems.Add($"\"{copy}\" holds other values than \"{names[0]}\", to which config.json ties it (tie_word_embeddings)");
                }
            }
        }

        foreach (string name in weights.Entries.Keys.Where(name => !used.Contains(name)).Order(StringComparer.Ordinal))
        {
            if (config.Architecture.WhyUnused(config, name) is string reason)
            {
                Unused[name] = reason;
            }
            else
            {
                problems.Add($"\"{name}\" is not part of this architecture");
            }
        }

        if (problems.Count > 0)
        {
            throw new PalimpsestException($"{weights.Path}: {string.Join("; ", problems.Take(5))}{(problems.Count > 5 ? $"; and {problems.Count - 5} more" : "")}.");
        }
    }

    /// <summary>Tensors that no parameter is read from, and why.</summary>
    public SortedDictionary<string, string> Unused { get; } = new(StringComparer.Ordinal);

    private Dictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>What holds a parameter.</summary>
    public TensorEntry this[ParameterSlot slot] => Stored(slot).Entry;

    /// <summary>The name under which a checkpoint holds a tensor, or null.</summary>
    public static string? Find(SafetensorsSet weights, ModelConfig config, string name) =>
        config.Architecture.OtherNames(name).Prepend(name).FirstOrDefault(weights.Entries.ContainsKey);

    /// <summary>Whether the checkpoint holds a parameter, also one that the model it describes has no use for.</summary>
    public bool Holds(ParameterSlot slot) => NameOf(slot) is string name && _weights.Entries[name].Entry.Shape.SequenceEqual(Wanted(slot));

    /// <summary>Copies a parameter's values into a tensor of the slot's shape.</summary>
    public void Fill(ParameterSlot slot, Tensor target)
    {
        (SafetensorsFile file, TensorEntry entry) = Stored(slot);
        using Tensor loaded = TensorBytes.Read(file, entry);
        using Tensor turned = _config.IsStoredTransposed(slot.Name) ? loaded.t() : loaded.alias();
        target.copy_(turned);
    }

    /// <summary>The parameter as a map of the file, or null where it is stored in another form.</summary>
    public Tensor? TryMap(ParameterSlot slot, ScalarType wanted)
    {
        (SafetensorsFile file, TensorEntry entry) = Stored(slot);
        return TensorBytes.ScalarTypeOf(entry.Type) == wanted && !_config.IsStoredTransposed(slot.Name) ? TensorBytes.TryMap(file, entry) : null;
    }

    /// <summary>A matrix in its own type; null where rows and columns change places.</summary>
    public StoredMatrix? TryKeep(ParameterSlot slot, bool copy)
    {
        (SafetensorsFile file, TensorEntry entry) = Stored(slot);
        return _config.IsStoredTransposed(slot.Name) ? null
            : !copy && TensorBytes.TryMap(file, entry) is Tensor mapped ? new StoredMatrix(mapped, IsMapped: true)
            : new StoredMatrix(TensorBytes.Read(file, entry), IsMapped: false);
    }

    private static bool AreEqual((SafetensorsFile File, TensorEntry Entry) one, (SafetensorsFile File, TensorEntry Entry) other)
    {
        if (one.Entry.Type != other.Entry.Type || !one.Entry.Shape.SequenceEqual(other.Entry.Shape))
        {
            return false;
        }

        byte[] left = new byte[Piece], right = new byte[Piece];
        for (long at = 0; at < one.Entry.ByteLength; at += Piece)
        {
            int count = (int)Math.Min(Piece, one.Entry.ByteLength - at);
            one.File.Read(one.Entry, left.AsSpan(0, count), at);
            other.File.Read(other.Entry, right.AsSpan(0, count), at);
            if (!left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
            {
                return false;
            }
        }

        return true;
    }

    private string? NameOf(ParameterSlot slot) => Names.TryGetValue(slot.Name, out string? name) ? name : Find(_weights, _config, slot.Name);

    private (SafetensorsFile File, TensorEntry Entry) Stored(ParameterSlot slot) => _weights.Entries[NameOf(slot)!];

    private IEnumerable<long> Wanted(ParameterSlot slot) => _config.IsStoredTransposed(slot.Name) ? slot.Shape.Reverse() : slot.Shape;
}
