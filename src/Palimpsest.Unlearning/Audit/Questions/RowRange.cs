using Palimpsest.Common;

namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>Some consecutive rows of a file.</summary>
public sealed record RowRange : IValidated
{
    /// <summary>Rows at the beginning that are passed over.</summary>
    /// <value>The default is 0.</value>
    public int Skip { get; init; }

    /// <summary>Most rows that are used; 0 for all.</summary>
    /// <value>The default is 0.</value>
    public int Most { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Skip >= 0 && Most >= 0 ? [] : ["skip and most must be at least 0."];

    /// <summary>The rows.</summary>
    /// <param name="all">Of the whole file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="PalimpsestException">None is left.</exception>
    internal IReadOnlyList<T> Of<T>(IReadOnlyList<T> all, string file)
    {
        T[] rows = [.. all.Skip(Skip).Take(Most > 0 ? Most : int.MaxValue)];
        return rows.Length > 0 ? rows
            : throw new PalimpsestException(FormattableString.Invariant($"{file}: no row is left after the first {Skip}: there are {all.Count}. Lower skip."));
    }
}
