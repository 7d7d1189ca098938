namespace Palimpsest.Data;

/// <summary>A source by its owners: who they are, how much each has, and each one's examples as a source of their own.</summary>
/// <remarks>The source is read once, when the object is made; 8 bytes an example are kept. It must not change afterwards. Safe for several threads if the source is.</remarks>
public sealed class OwnerSplit
{
    private readonly IExampleSource _source;
    private readonly SortedDictionary<string, List<long>> _positions = new(StringComparer.Ordinal);

    /// <summary>Reads through a source that ends.</summary>
    /// <param name="source">The examples of all owners.</param>
    /// <param name="each">Is shown every example, those of nobody too, by who wants to know more of them and not to read twice.</param>
    /// <exception cref="PalimpsestException">The source cannot be read.</exception>
    public OwnerSplit(IExampleSource source, Action<TextExample>? each = null)
    {
        _source = source ?? throw new ArgumentNullException(nameof(source));
        foreach ((long position, TextExample example) in source.From(0))
        {
            each?.Invoke(example);
            if (example.Owner is not string owner)
            {
                WithoutOwner++;
                continue;
            }

            if (!_positions.TryGetValue(owner, out List<long>? positions))
            {
                _positions.Add(owner, positions = []);
            }

            positions.Add(position);
        }

        Owners = [.. _positions.Select(item => new OwnerCount(item.Key, item.Value.Count))];
    }

    /// <summary>The owners in ordinal order of their slugs.</summary>
    public IReadOnlyList<OwnerCount> Owners { get; }

    /// <summary>How many examples belong to nobody; they are in no owner's source.</summary>
    public long WithoutOwner { get; }

    /// <summary>One owner's examples, in the order and at the positions of the whole.</summary>
    /// <param name="owner">Its slug.</param>
    /// <exception cref="PalimpsestException">The source has nothing of that owner.</exception>
    public IExampleSource Source(string owner) => _positions.TryGetValue(owner, out List<long>? positions) ? new SubsetSource(_source, [.. positions], owner)
        : throw new PalimpsestException($"{_source.Name}: as owners, {ExampleForm.Missing(owner, _positions.Keys)}.");
}
