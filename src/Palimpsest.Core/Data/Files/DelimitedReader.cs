using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Palimpsest.Data.Files;

/// <summary>Cuts a table of text into records with their byte offsets, in bounded memory.</summary>
/// <remarks>
/// The cutting is CsvHelper's: from version 34 on it reads bytes and says at which of them a record begins, which exact resume needs. Sep and older versions of CsvHelper read decoded characters,
/// from which that cannot be had where a file holds invalid UTF-8.
/// </remarks>
internal sealed class DelimitedReader : IDisposable
{
    private const int LongestRecord = 16 << 20;
    private readonly string _path;
    private readonly long _start;
    private readonly CsvReader _records;
    private CsvMalformedReason? _malformed;
    private bool _hasHeader;

    /// <summary>Opens the file at the start of a record.</summary>
    /// <exception cref="PalimpsestException">It cannot be opened, is not UTF-8, or no record starts there.</exception>
    /// <param name="path">The file.</param>
    /// <param name="separator">What lies between fields.</param>
    /// <param name="position">Byte offset.</param>
    /// <param name="hasHeader">Whether the file's first record names the columns.</param>
    /// <param name="quotes">Whether quotes enclose fields; if not they are text like any other.</param>
    public DelimitedReader(string path, char separator, long position, bool hasHeader = true, bool quotes = true)
    {
        _path = path;
        _hasHeader = hasHeader && position == 0;

        // One byte earlier must be a line end. Reading begins with it: it makes an empty line, which is left out, and keeps a byte-order mark behind it from being taken off.
        _start = Math.Max(0, position - 1);
        FileStream file = DataFile.Open(path);
        try
        {
            Check(file, position);
            _records = CsvReader.Create(file, new CsvReaderOptions
            {
                Separator = separator,
                HasHeader = _hasHeader,
                Mode = quotes ? CsvMode.Rfc4180 : CsvMode.NoEscape,
                Encoding = Encoding.UTF8,
                MaxRecordSize = LongestRecord,
                TrackLineNumbers = true,
                OnMalformedRecord = record => _malformed ??= record.Reason,
            });
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Byte offset of the record that <see cref="Next"/> found.</summary>
    public long Position => _start + _records.ByteOffset;

    /// <summary>Where the record that begins at a position stands, for messages: <c>row 17 (line 23)</c>, without the header.</summary>
    public static string Place(string path, char separator, long position, bool hasHeader, bool quotes)
    {
        using DelimitedReader reader = new(path, separator, 0, hasHeader, quotes);
        while (reader.Next() && reader.Position < position)
        {
        }

        return $"row {reader._records.RowNumber} (line {reader._records.LineNumber})";
    }

    /// <summary>The names of the columns, of a file that was opened at its start.</summary>
    public IReadOnlyList<string> Header() => Guard(() =>
    {
        _records.ReadHeader();
        return _records.Headers.ToArray();
    });

    /// <summary>Goes to the next record that is not an empty line.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="PalimpsestException">The file cannot be read on, or a record is too long.</exception>
    public bool Next()
    {
        if (_hasHeader)
        {
            // What is wrong with the header is not the first row's fault.
            _hasHeader = false;
            Header();
        }

        _malformed = null;
        return Guard(_records.Read);
    }

    /// <summary>What is wrong with the record, or an empty text.</summary>
    /// <param name="fields">How many fields it should have.</param>
    public string Problem(int fields) => _malformed switch
    {
        CsvMalformedReason.StrayQuote =>
            "a quote stands inside a field that does not begin with one. Put the field into quotes and double those inside, say that quotes are text "
                + "(data.columns.quotes: false)",
        CsvMalformedReason.TextAfterClosingQuote =>
            "text follows the closing quote of a field. Double the quotes inside fields, say that quotes are text (data.columns.quotes: false)",
        CsvMalformedReason.UnterminatedQuote =>
            "a quote is never closed. Close it, or double it if it belongs to the text, say that quotes are text (data.columns.quotes: false)",
        not null => "the quotes are out of order. Put the field into quotes and double those inside",
        _ when _records.FieldCount != fields => $"{_records.FieldCount} fields where the header has {fields}. Put fields with separators or line ends into quotes",
        _ => Utf8.IsValid(_records.RawRecord) ? "" : "not valid UTF-8. Save the file as UTF-8",
    };

    /// <summary>A field of the record.</summary>
    public string Field(int index) => _records.GetString(index);

    /// <inheritdoc/>
    public void Dispose() => _records.Dispose();

    private void Check(FileStream file, long position)
    {
        if (position == 0)
        {
            // The library would read UTF-16 by its mark, and its offsets would then no longer be those of the file.
            (int, int) mark = DataFile.Guard(_path, () => (file.ReadByte(), file.ReadByte()));
            file.Position = 0;
            if (mark is (0xFE, 0xFF) or (0xFF, 0xFE) or (0, 0))
            {
                throw new PalimpsestException($"{_path}: is UTF-16 or UTF-32. Save the file as UTF-8.");
            }

            return;
        }

        file.Position = _start;
        int before = position > file.Length ? -1 : DataFile.Guard(_path, file.ReadByte);
        file.Position = _start;
        if (before is not ('\n' or '\r'))
        {
            throw new PalimpsestException($"{_path}: no row begins at byte {position}. The file has changed since the position was saved; start the run anew.");
        }
    }

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return DataFile.Guard(_path, action);
        }
        catch (CsvFormatException error)
        {
            throw new PalimpsestException($"{_path} line {error.LineNumber}: the row is longer than 16 MiB. Close the quote that may be open in it, or split it.", error);
        }
    }
}
