using Palimpsest.Data.Files;

namespace Palimpsest.Data;

/// <summary>Opens files of examples by their extension.</summary>
public static class ExampleFile
{
    /// <summary>The extensions that are known, in small letters.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".jsonl", ".ndjson", ".json-lines", ".json", ".csv", ".tsv", ".parquet", ".txt"];

    /// <summary>The examples of a file.</summary>
    /// <param name="path">The file; its extension, in large or small letters, says what it holds.</param>
    /// <param name="options">How to read it; the defaults where it is null.</param>
    /// <exception cref="PalimpsestException">There is no such file, its extension is unknown, or a table lacks a column.</exception>
    public static IExampleSource Open(string path, ExampleFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new ExampleFileOptions();
        DataFile.Existing(path);
        string extension = Path.GetExtension(path);
        return extension.ToLowerInvariant() switch
        {
            ".jsonl" or ".ndjson" or ".json-lines" or ".json" => new JsonlSource(path, options),
            ".csv" => new DelimitedSource(path, ',', options),
            ".tsv" => new DelimitedSource(path, '\t', options),
            ".parquet" => new ParquetSource(path, options),
            ".txt" => new PlainTextSource(path, options),
            _ => throw new PalimpsestException($"{path}: the extension \"{extension}\" does not say what the file holds. Name it by one of {string.Join(", ", Extensions)}."),
        };
    }
}
