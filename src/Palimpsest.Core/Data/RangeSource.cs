namespace Palimpsest.Data;

/// <summary>Some consecutive examples of a source.</summary>
/// <param name="source">The whole.</param>
/// <param name="skip">Examples before the first one; they are read over.</param>
/// <param name="most">At most so many examples; 0 for all that are left.</param>
public sealed class RangeSource(IExampleSource source, int skip, int most) : IExampleSource
{
    private long[]? _positions;

    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null)
    {
        if (position == 0)
        {
            IEnumerable<(long Position, TextExample Example)> rest = source.From(0, leftOut).Skip(skip);
            return most > 0 ? rest.Take(most) : rest;
        }

        if (most == 0)
        {
            return source.From(position, leftOut);
        }

        // Where the range ends is known by position only after it was read once.
        _positions ??= [.. From(0).Select(item => item.Position)];
        return source.From(position, leftOut).TakeWhile(item => item.Position <= _positions[^1]);
    }

    /// <inheritdoc/>
    public TextExample At(long position) => source.At(position);
}
