using Palimpsest.Data.Preferences;

namespace Palimpsest.Data;

/// <summary>How a file of examples is read.</summary>
public sealed record ExampleFileOptions
{
    /// <summary>Names of the columns; unless told the usual ones. Plain text has none.</summary>
    public ExampleColumns Columns { get; init; } = new();

    /// <summary>Names of the columns of a CSV or TSV file that has no header record.</summary>
    /// <value>The default is null: the first record names the columns.</value>
    public IReadOnlyList<string>? Header { get; init; }

    /// <summary>For CSV and TSV: whether a field that begins with a quote is enclosed in quotes (RFC 4180). If not, quotes are text, and neither separators nor
    /// line ends can stand in a field.</summary>
    /// <value>The default is true, what spreadsheets and pandas write, TSV files too; a file whose quotes are text is then mostly refused by row, where the
    /// other way round texts would keep quotes that are not theirs.</value>
    public bool Quotes { get; init; } = true;

    /// <summary>Whether to leave bad rows out, counted, instead of stopping at the first. Unless told, reading stops.</summary>
    public bool SkipBad { get; init; }

    /// <summary>Whether whoever reads can choose <see cref="SkipBad"/>, so that messages offer it. Unless told, yes.</summary>
    public bool CanSkipBad { get; init; } = true;

    /// <summary>What the rows say about answers. Unless told, nothing: each is an example to learn.</summary>
    public AnswerForm Answers { get; init; }

    /// <summary>Makes the examples of a project's own kind of row; null for the forms above.</summary>
    internal IAnswerReader? Reader { get; init; }

    /// <summary>For plain text: whether every line that is not blank is a text of its own. Unless told, a text is a paragraph: lines up to the next blank one.</summary>
    public bool LineByLine { get; init; }
}
