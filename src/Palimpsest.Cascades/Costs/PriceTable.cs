using System.Globalization;
using Palimpsest.Data.Files;

namespace Palimpsest.Cascades.Costs;

/// <summary>Prices in a file of their user: one row a model, in one currency, each with the day on which it held and where it comes from.</summary>
/// <remarks>Columns, in any order: <c>model</c>, <c>call</c> (of a call), <c>input</c> and <c>output</c> (of a million tokens), <c>currency</c>, <c>dated</c>
/// (year-month-day) and <c>source</c>. A price has a call, or input and output, or all three.</remarks>
public sealed record PriceTable
{
    private static readonly string[] s_columns = ["model", "call", "input", "output", "currency", "dated", "source"];

    private PriceTable(string path, string currency) => (Path, Currency) = (path, currency);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What prices are in.</summary>
    public string Currency { get; }

    /// <summary>The prices by model.</summary>
    public required IReadOnlyDictionary<string, CallPrice> Prices { get; init; }

    /// <summary>The day on which each model's price held, and where it comes from.</summary>
    public required IReadOnlyDictionary<string, (DateOnly Dated, string Source)> Origins { get; init; }

    /// <summary>Where the prices of some models come from, a sentence or two.</summary>
    /// <param name="models">Models of the table.</param>
    internal string Said(IEnumerable<string> models) => $"Prices are the user's, in {Currency}, from {System.IO.Path.GetFileName(Path)}: "
        + $"{string.Join("; ", models.Select(model => Origins[model]).Distinct().Order().Select(origin => $"of {origin.Dated:yyyy-MM-dd}, {origin.Source}"))}. "
        + "They change, and are no measurement.";

    /// <summary>Reads a file.</summary>
    /// <param name="path">A CSV with the columns that the remarks name.</param>
    /// <exception cref="PalimpsestException">A column or a cell is missing, a number is none, a model stands there twice, or currencies are mixed.</exception>
    public static PriceTable Read(string path)
    {
        using DelimitedReader rows = new(DataFile.Existing(path), ',', 0);
        List<string> header = [.. rows.Header()];
        if (s_columns.FirstOrDefault(column => !header.Contains(column)) is string missing)
        {
            throw new PalimpsestException($"{path}: has no column \"{missing}\". A table of prices has {string.Join(", ", s_columns)}; cells of call, or of "
                + "input and output, may be empty.");
        }

        Dictionary<string, CallPrice> prices = new(StringComparer.Ordinal);
        Dictionary<string, (DateOnly, string)> origins = new(StringComparer.Ordinal);
        HashSet<string> currencies = new(StringComparer.Ordinal);
        for (int number = 1; rows.Next(); number++)
        {
            string Cell(string column) => rows.Field(header.IndexOf(column)).Trim();
            string? problem = rows.Problem(header.Count) is { Length: > 0 } malformed ? malformed : null;
            CallPrice price = problem is null ? new() { Call = Number("call"), Input = Number("input"), Output = Number("output") } : new();
            problem ??= price.Problems().FirstOrDefault();
            problem ??= s_columns[4..].Append("model").FirstOrDefault(column => Cell(column).Length == 0) is string empty ? $"\"{empty}\" is empty" : null;
            DateOnly dated = default;
            problem ??= DateOnly.TryParseExact(Cell("dated"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out dated) ? null
                : $"\"{Cell("dated")}\" is no day of the form 2026-01-31";
            problem ??= prices.TryAdd(Cell("model"), price) ? null : $"\"{Cell("model")}\" has a price already";
            problem ??= currencies.Add(Cell("currency")) && currencies.Count > 1
                ? $"prices are in {string.Join(" and ", currencies)}, and must be in one currency"
                : null;
            if (problem is not null)
            {
                throw new PalimpsestException($"{path} row {number}: {problem.TrimEnd('.')}.");
            }

            origins[Cell("model")] = (dated, Cell("source"));
            double? Number(string column) => Cell(column).Length == 0 ? null : StrictNumber(Cell(column), path, number, column);
        }

        return prices.Count == 0 ? throw new PalimpsestException($"{path}: holds no prices. Add a row a model.")
            : new PriceTable(path, currencies.Single()) { Prices = prices, Origins = origins };
    }

    private static double StrictNumber(string text, string path, int row, string column) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
            : throw new PalimpsestException($"{path} row {row}: \"{column}\" is \"{text}\", and must be a number.");
}
