namespace Palimpsest.Data.Files;

/// <summary>What the sources over files have in common: bad rows, empty files and positions that are no longer there.</summary>
/// <param name="path">The file.</param>
/// <param name="row">What a row is called: line, row, paragraph.</param>
/// <param name="hint">What to put into a file without examples.</param>
/// <param name="options">Whether bad rows are left out, and whether that is offered.</param>
/// <param name="open">Opens the file at a position.</param>
/// <param name="place">Where a position is in words, for messages.</param>
internal sealed class RowFile(string path, string row, string hint, ExampleFileOptions options, Func<long, IRowReader> open, Func<long, string> place)
{
    /// <summary>As <see cref="IExampleSource.From"/>.</summary>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return Enumerate();

        IEnumerable<(long Position, TextExample Example)> Enumerate()
        {
            using IRowReader reader = open(position);
            bool any = false;
            while (reader.Next())
            {
                if (reader.TryRead(out TextExample example, out string problem))
                {
                    any = true;
                    yield return (reader.Position, example);
                }
                else if (options.SkipBad)
                {
                    leftOut?.Invoke(problem);
                }
                else
                {
                    throw Bad(reader.Position, problem);
                }
            }

            if (!any && position == 0)
            {
                string state = new FileInfo(path).Length == 0 ? "the file is empty" : $"there is no usable {row} in it";
                throw new PalimpsestException($"{path}: {state}. {hint}");
            }
        }
    }

    /// <summary>As <see cref="IExampleSource.At"/>.</summary>
    public TextExample At(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        using IRowReader reader = open(position);
        if (!reader.Next() || reader.Position != position)
        {
            throw new PalimpsestException($"{path}: there is no {row} at {place(position)}. The file has changed since the position was saved; start the run anew.");
        }

        return reader.TryRead(out TextExample example, out string problem) ? example : throw Bad(position, problem);
    }

    private PalimpsestException Bad(long position, string problem) =>
        new($"{path} {place(position)}: {problem}{(options.CanSkipBad ? $", or set data.skip_bad to leave such {row}s out (they are counted)" : "")}.");
}
