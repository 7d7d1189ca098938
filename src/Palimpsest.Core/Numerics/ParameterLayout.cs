using System.Security.Cryptography;
using System.Text;

namespace Palimpsest.Numerics;

/// <summary>One tensor of a flat parameter vector.</summary>
/// <param name="Name">Name in the checkpoint, as Hugging Face writes it.</param>
/// <param name="Shape">Extents, outermost first; row-major.</param>
/// <param name="Offset">Index of the first element in the vector.</param>
public sealed record ParameterSlot(string Name, IReadOnlyList<long> Shape, long Offset)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, extent) => checked(product * extent));
}

/// <summary>How the trainable parameters of a model lie in one flat vector: names, shapes and offsets, in a fixed order. Federation, merging, masks and deletion speak of parameters only through it.</summary>
/// <remarks>A tied tensor appears once, under the name that owns it; <see cref="Tied"/> maps the other names to it. Immutable and thread-safe.</remarks>
public sealed class ParameterLayout
{
    private readonly Dictionary<string, ParameterSlot> _byName = new(StringComparer.Ordinal);

    /// <summary>Lays the tensors out one after the other in the given order.</summary>
    /// <param name="parameters">Names and shapes; names are unique.</param>
    /// <param name="tied">Other names for a tensor of <paramref name="parameters"/>: alias to owner.</param>
    /// <exception cref="ArgumentException">A name stands twice, or an alias points nowhere.</exception>
    public ParameterLayout(IEnumerable<(string Name, long[] Shape)> parameters, IReadOnlyDictionary<string, string>? tied = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        List<ParameterSlot> slots = [];
        foreach ((string name, long[] shape) in parameters)
        {
            ParameterSlot slot = new(name, [.. shape], Count);
            if (!_byName.TryAdd(name, slot))
            {
                throw new ArgumentException($"Parameter \"{name}\" stands twice in the layout.", nameof(parameters));
            }

            slots.Add(slot);
            Count = checked(Count + slot.Count);
        }

        Slots = slots;
        Tied = tied is null ? new Dictionary<string, string>(StringComparer.Ordinal) : new Dictionary<string, string>(tied, StringComparer.Ordinal);
        foreach ((string alias, string owner) in Tied)
        {
            if (!_byName.ContainsKey(owner))
            {
                throw new ArgumentException($"Tied parameter \"{alias}\" refers to \"{owner}\", which is not in the layout.", nameof(tied));
            }
        }

        Hash = HashOf(slots, Tied);
    }

    /// <summary>The tensors in order of their offsets.</summary>
    public IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>Alias to owner, for tensors that are shared.</summary>
    public IReadOnlyDictionary<string, string> Tied { get; }

    /// <summary>Total number of elements.</summary>
    public long Count { get; }

    /// <summary>SHA-256, lower-case hexadecimal, over names, shapes and ties. Two vectors can be combined only if their layouts have equal hashes.</summary>
    public string Hash { get; }

    /// <summary>The slot of a name or of a tied alias.</summary>
    /// <exception cref="KeyNotFoundException">The layout has no such name.</exception>
    public ParameterSlot this[string name] =>
        _byName.TryGetValue(name, out ParameterSlot? slot) || (Tied.TryGetValue(name, out string? owner) && _byName.TryGetValue(owner, out slot))
            ? slot
            : throw new KeyNotFoundException($"The layout has no parameter \"{name}\".");

    private static string HashOf(List<ParameterSlot> slots, IReadOnlyDictionary<string, string> tied)
    {
        StringBuilder text = new();
        foreach (ParameterSlot slot in slots)
        {
            text.Append(slot.Name).Append('\t').AppendJoin('x', slot.Shape).Append('\n');
        }

        foreach ((string alias, string owner) in tied.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(alias).Append('=').Append(owner).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
