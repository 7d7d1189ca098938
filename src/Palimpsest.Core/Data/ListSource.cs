namespace Palimpsest.Data;

/// <summary>Examples held in memory; the position is the index.</summary>
/// <param name="name">What to call them in messages.</param>
/// <param name="examples">The examples. The list must not change while it is read.</param>
public sealed class ListSource(string name, IReadOnlyList<TextExample> examples) : IExampleSource
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return Enumerate();

        IEnumerable<(long Position, TextExample Example)> Enumerate()
        {
            for (long i = position; i < examples.Count; i++)
            {
                yield return (i, examples[(int)i]);
            }
        }
    }

    /// <inheritdoc/>
    public TextExample At(long position) => position >= 0 && position < examples.Count
        ? examples[(int)position]
        : throw new PalimpsestException($"{Name}: there is no example {position}, only {examples.Count}. The data is not the one that the saved position was made with.");
}
