using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Palimpsest.Runs.Recipes;

/// <summary>A read-only dictionary in the order of the file that equals another one with equal entries in any order.</summary>
internal sealed class ValueDictionary<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> entries)
    : IReadOnlyDictionary<TKey, TValue>, IEquatable<ValueDictionary<TKey, TValue>>
    where TKey : notnull
{
    private readonly OrderedDictionary<TKey, TValue> _entries = new(entries);

    public int Count => _entries.Count;

    public IEnumerable<TKey> Keys => _entries.Keys;

    public IEnumerable<TValue> Values => _entries.Values;

    public TValue this[TKey key] => _entries[key];

    public bool ContainsKey(TKey key) => _entries.ContainsKey(key);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _entries.TryGetValue(key, out value);

    public bool Equals(ValueDictionary<TKey, TValue>? other) => other is not null && Count == other.Count
        && _entries.All(entry => other.TryGetValue(entry.Key, out TValue? value) && EqualityComparer<TValue>.Default.Equals(entry.Value, value));

    public override bool Equals(object? obj) => Equals(obj as ValueDictionary<TKey, TValue>);

    // A sum, because the order of entries does not count.
    public override int GetHashCode() => _entries.Aggregate(Count, (hash, entry) => hash + HashCode.Combine(entry.Key, entry.Value));

    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
