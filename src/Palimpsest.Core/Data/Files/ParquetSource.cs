namespace Palimpsest.Data.Files;

/// <summary>Examples in a Parquet file: columns of texts, of whole numbers (labels, owners), and of lists of structs (messages). The position is the row, from
/// 0; one group of rows is in memory at a time.</summary>
/// <remarks>Texts are byte arrays, with the annotation of a string or without, in any encoding; one that is not UTF-8 makes its row a bad one. Columns that are
/// not used are not read, whatever their type. Groups of more than 16,777,216 rows are refused. Safe for use by several threads.</remarks>
public sealed class ParquetSource : IExampleSource
{
    private readonly RowFile _file;

    // A resumed stream asks for the rows of its buffer one by one, which mostly lie in one group.
    private readonly WeakReference<ParquetGroup?> _last = new(null);

    /// <summary>A source over a file.</summary>
    /// <param name="path">The file. Its schema is read now, the rest as it is used.</param>
    /// <param name="options">Names of the columns, and what happens to bad rows.</param>
    /// <exception cref="PalimpsestException">There is no such file, it is no Parquet, or it lacks a column.</exception>
    public ParquetSource(string path, ExampleFileOptions? options = null)
    {
        options ??= new ExampleFileOptions();
        Name = DataFile.Existing(path);
        TableColumns columns;
        using (ParquetFile file = new(path))
        {
            columns = new TableColumns(path, ExampleForm.Of(options), file.Columns, hasNulls: true);
            file.RequireReadable(columns.Used);
        }

        _file = new RowFile(path, "row", "Put at least one row into it.", options, position => new Rows(path, position, columns, _last), position => $"row {position + 1}");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null) => _file.From(position, leftOut);

    /// <inheritdoc/>
    public TextExample At(long position) => _file.At(position);

    private sealed class Rows(string path, long position, TableColumns columns, WeakReference<ParquetGroup?> last) : IRowReader
    {
        private ParquetFile? _file;
        private ParquetGroup? _group;

        public long Position { get; private set; } = position - 1;

        public bool Next()
        {
            Position++;
            while (_group is null || Position >= _group.End)
            {
                if (_group is null && last.TryGetTarget(out ParquetGroup? kept) && Position >= kept.Start && Position < kept.End)
                {
                    _group = kept;
                    break;
                }

                _file ??= new ParquetFile(path);
                _group = _file.Read(_group is null ? _file.GroupOf(Position) : _group.Index + 1, columns.Used);
                if (_group is null)
                {
                    return false;
                }

                last.SetTarget(_group);
            }

            return true;
        }

        public bool TryRead(out TextExample example, out string problem)
        {
            int row = (int)(Position - _group!.Start);
            if (_group.BadText.Contains(row))
            {
                (example, problem) = (default, "a text is not valid UTF-8. Write the file with texts in UTF-8");
                return false;
            }

            return columns.TryMake(column => _group.Columns[column][row], out example, out problem);
        }

        public void Dispose() => _file?.Dispose();
    }
}
