using Parquet;
using Parquet.Data;
using Parquet.Meta;
using Parquet.Schema;

namespace Palimpsest.Data.Files;

/// <summary>Reads groups of rows of a Parquet file.</summary>
internal sealed class ParquetFile : IDisposable
{
    // A few bytes can promise any number of rows; a damaged file must not take all memory.
    private const long MostRows = 1 << 24;

    // The library loops all but without end over some damaged footers (about 1 in 750 mutated files). A sound one takes milliseconds.
    private static readonly TimeSpan s_longestOpening = TimeSpan.FromSeconds(10);
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly ParquetReader _reader;
    private readonly Field[] _fields;
    private readonly long[] _starts;

    /// <summary>Opens a file and reads what it says about itself.</summary>
    /// <exception cref="PalimpsestException">It cannot be opened, or is no Parquet.</exception>
    public ParquetFile(string path)
    {
        _path = path;
        _stream = DataFile.Open(path, bufferSize: 64 * 1024);
        try
        {
            _reader = Guard(Open);
            (Columns, _fields, _starts) = Guard(Describe);
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>The names of the columns, nested ones by that of the whole.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Refuses columns that hold something else than texts, whole numbers, and lists and structs of them.</summary>
    public void RequireReadable(IEnumerable<int> columns)
    {
        foreach (int column in columns)
        {
            if (ParquetCells.Hindrance(_fields[column]) is string kind)
            {
                throw new PalimpsestException($"{_path}: the column \"{Columns[column]}\" holds {kind}, which cannot be read. Save it as a column of strings (messages as their JSON).");
            }
        }
    }

    /// <summary>The group that holds a row; the number of groups if none does.</summary>
    public int GroupOf(long row)
    {
        int index = 0;
        while (index < _starts.Length - 1 && row >= _starts[index + 1])
        {
            index++;
        }

        return index;
    }

    /// <summary>Reads columns of a group.</summary>
    /// <returns>The group, or null behind the last one.</returns>
    /// <exception cref="PalimpsestException">The file is damaged.</exception>
    public ParquetGroup? Read(int index, IEnumerable<int> columns)
    {
        if (index >= _starts.Length - 1)
        {
            return null;
        }

        return Guard(() =>
        {
            using ParquetRowGroupReader group = _reader.OpenRowGroupReader(index);
            Dictionary<int, RowCell[]> values = [];
            HashSet<int> bad = [];
            foreach (int column in columns)
            {
                values.Add(column, Read(group, _fields[column], (int)(_starts[index + 1] - _starts[index]), bad));
            }

            return new ParquetGroup(index, _starts[index], _starts[index + 1], values, bad);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stream.Dispose();
    }

    private ParquetReader Open()
    {
        // The thread that does not come back cannot be stopped, only left; it ends with the process.
        Task<ParquetReader> opening = Task.Run(() => ParquetReader.CreateAsync(_stream));
        return Task.WaitAny([opening], s_longestOpening) == 0 ? opening.GetAwaiter().GetResult()
            : throw new PalimpsestException($"{_path}: what it says about itself could not be read in {s_longestOpening.TotalSeconds} seconds, so it is probably damaged. Write the file again.");
    }

    private static RowCell[] Read(ParquetRowGroupReader group, Field field, int rows, HashSet<int> bad)
    {
        Dictionary<string, ParquetLeaf> leaves = new(StringComparer.Ordinal);
        List<IDisposable> read = [];
        try
        {
            foreach (DataField leaf in ParquetCells.LeavesOf(field))
            {
                RawColumnData data = group.ReadRawColumnDataBaseAsync(leaf).AsTask().GetAwaiter().GetResult();
                read.Add(data);
                leaves.Add(leaf.Path.ToString(), new ParquetLeaf(leaf, data));
            }

            return new ParquetCells(field, leaves).Read(rows, bad);
        }
        finally
        {
            read.ForEach(data => data.Dispose());
        }
    }

    private (string[] Columns, Field[] Fields, long[] Starts) Describe()
    {
        // Without its annotation a text comes as bytes, which can be held against UTF-8; the library puts U+FFFD in the place of what is not.
        foreach (SchemaElement element in _reader.Metadata!.Schema.Where(element =>
            element is { Type: Parquet.Meta.Type.BYTE_ARRAY, ConvertedType: null or ConvertedType.UTF8 or ConvertedType.ENUM or ConvertedType.JSON }))
        {
            (element.ConvertedType, element.LogicalType) = (null, null);
        }

        string[] columns = [.. _reader.Schema.Fields.Select(field => field.Name)];
        Field[] fields = [.. _reader.Schema.Fields];
        long[] starts = new long[_reader.RowGroupCount + 1];
        for (int i = 0; i < starts.Length - 1; i++)
        {
            long rows = _reader.RowGroups[i].RowCount;
            starts[i + 1] = rows is >= 0 and <= MostRows ? starts[i] + rows
                : throw new PalimpsestException($"{_path}: its group {i + 1} says that it has {rows} rows; up to {MostRows} can be read at a time. Write the file with smaller groups.");
        }

        return (columns, fields, starts);
    }

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is not PalimpsestException)
        {
            // What the library throws at a damaged file depends on where the damage is: index, format and memory errors among them.
            throw new PalimpsestException($"{_path}: cannot be read as Parquet ({error.Message.TrimEnd('.')}). Write the file again.", error);
        }
    }
}
