using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>The tensors of a safetensors checkpoint, matched with the parameters of a model and checked to be all of them and no others.</summary>
internal sealed class StoredTensors
{
    private readonly Dictionary<string, (SafetensorsFile File, TensorEntry Entry)> _stored = new(StringComparer.Ordinal);
    private readonly Predicate<string> _transposed;

    /// <param name="weights">The checkpoint.</param>
    /// <param name="layout">The parameters.</param>
    /// <param name="otherNames">Names that a checkpoint may use for a parameter besides its own.</param>
    /// <param name="isBuffer">Tensors of a checkpoint that are no parameters.</param>
    /// <param name="transposed">Matrices that a checkpoint holds as [in, out].</param>
    public StoredTensors(SafetensorsSet weights, ParameterLayout layout, Func<string, IEnumerable<string>> otherNames, Predicate<string> isBuffer, Predicate<string> transposed)
    {
        _transposed = transposed;
        HashSet<string> used = new(StringComparer.Ordinal);
        List<string> problems = [];
        foreach (ParameterSlot slot in layout.Slots)
        {
            IEnumerable<string> aliases = layout.Tied.Where(pair => pair.Value == slot.Name).Select(pair => pair.Key);
            string? name = aliases.Prepend(slot.Name).SelectMany(known => otherNames(known).Prepend(known)).FirstOrDefault(weights.Entries.ContainsKey);
            if (name is null)
            {
                problems.Add($"\"{slot.Name}\" is missing");
                continue;
            }

            used.Add(name);
            _stored[slot.Name] = weights.Entries[name];
            TensorEntry entry = weights.Entries[name].Entry;
            IEnumerable<long> wanted = transposed(slot.Name) ? slot.Shape.Reverse() : slot.Shape;
            if (!entry.Shape.SequenceEqual(wanted))
            {
                problems.Add($"\"{name}\" has shape [{string.Join(", ", entry.Shape)}] where config.json wants [{string.Join(", ", wanted)}]");
            }
            else if (entry.Type is not (TensorType.F32 or TensorType.BF16 or TensorType.F16))
            {
                problems.Add($"\"{name}\" has type {entry.Type}; supported are F32, F16 and BF16");
            }
        }

        problems.AddRange(weights.Entries.Keys.Where(name => !used.Contains(name) && !isBuffer(name)).Select(name => $"\"{name}\" is not part of this architecture"));
        if (problems.Count > 0)
        {
            throw new PalimpsestException($"{weights.Path}: {string.Join("; ", problems.Take(5))}{(problems.Count > 5 ? $"; and {problems.Count - 5} more" : "")}.");
        }
    }

    /// <summary>What holds a parameter.</summary>
    public TensorEntry this[ParameterSlot slot] => _stored[slot.Name].Entry;

    /// <summary>Copies a parameter's values into a tensor of the slot's shape.</summary>
    public void Fill(ParameterSlot slot, Tensor target)
    {
        (SafetensorsFile file, TensorEntry entry) = _stored[slot.Name];
        using Tensor loaded = TensorBytes.Read(file, entry);
        using Tensor turned = _transposed(slot.Name) ? loaded.t() : loaded.alias();
        target.copy_(turned);
    }

    /// <summary>The parameter as a map of the file, or null where it is stored in another form.</summary>
    public Tensor? TryMap(ParameterSlot slot, ScalarType wanted)
    {
        (SafetensorsFile file, TensorEntry entry) = _stored[slot.Name];
        return TensorBytes.ScalarTypeOf(entry.Type) == wanted && !_transposed(slot.Name) ? TensorBytes.TryMap(file, entry) : null;
    }
}
