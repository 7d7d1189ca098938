namespace Palimpsest.Data.Files;

/// <summary>Examples in a table of text, CSV or TSV by RFC 4180, whose first record names the columns unless the options do. The position is the byte offset of the record, so reading goes on there without what lies before.</summary>
/// <remarks>
/// UTF-8, with or without a byte-order mark; records end in LF, CRLF or CR; a field in quotes may hold separators, line ends and doubled quotes; empty lines are ignored; a record has at most 16 MiB.
/// With <see cref="ExampleFileOptions.Quotes"/> off quotes are text and a record is a line. A record with more or fewer fields than the header, or with a quote
/// out of place, is a bad row. Rows are counted without the header. Safe for use by several threads.
/// </remarks>
public sealed class DelimitedSource : IExampleSource
{
    private readonly RowFile _file;

    /// <summary>A source over a file.</summary>
    /// <param name="path">The file. Its header is read now, the rest as it is used.</param>
    /// <param name="separator">What lies between fields: a comma, a tab, or another ASCII character.</param>
    /// <param name="options">Names of the columns, and what happens to bad rows.</param>
    /// <exception cref="PalimpsestException">There is no such file, or its header lacks a column.</exception>
    public DelimitedSource(string path, char separator, ExampleFileOptions? options = null)
    {
        options ??= new ExampleFileOptions();
        Name = DataFile.Existing(path);
        bool hasHeader = options.Header is not { Count: > 0 };
        IReadOnlyList<string> names = hasHeader ? HeaderOf(path, separator, options.Quotes) : options.Header!;
        TableColumns columns = new(path, ExampleForm.Of(options), names);
        _file = new RowFile(
            path, "row", hasHeader ? "Put at least one row below the header." : "Put at least one row into it.", options,
            position => new Rows(new DelimitedReader(path, separator, position, hasHeader, options.Quotes), columns, names.Count), position =>
                DelimitedReader.Place(path, separator, position, hasHeader, options.Quotes));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null) => _file.From(position, leftOut);

    /// <inheritdoc/>
    public TextExample At(long position) => _file.At(position);

    private static IReadOnlyList<string> HeaderOf(string path, char separator, bool quotes)
    {
        using DelimitedReader reader = new(path, separator, 0, quotes: quotes);
        return reader.Header();
    }

    private sealed class Rows(DelimitedReader records, TableColumns columns, int fields) : IRowReader
    {
        public long Position => records.Position;

        public bool Next() => records.Next();

        public bool TryRead(out TextExample example, out string problem)
        {
            example = default;
            problem = records.Problem(fields);
            return problem.Length == 0 && columns.TryMake(index => new RowCell(records.Field(index), default), out example, out problem);
        }

        public void Dispose() => records.Dispose();
    }
}
