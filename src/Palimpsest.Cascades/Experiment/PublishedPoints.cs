using System.Globalization;
using Palimpsest.Data.Files;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Accuracies and costs that others published, to be shown beside a run's own and never to be counted with them.</summary>
/// <remarks>The form is that of FrugalGPT's summaries: a CSV with the columns <c>Test_acc</c>, <c>Test_cost</c>, <c>Test_size</c> and <c>Method</c>.</remarks>
/// <param name="File">The file's name.</param>
/// <param name="Points">The points, from the cheapest.</param>
public sealed record PublishedPoints(string File, IReadOnlyList<PublishedPoint> Points)
{
    /// <summary>Reads a summary.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PalimpsestException">It is of another form.</exception>
    public static PublishedPoints Read(string path)
    {
        using DelimitedReader rows = new(DataFile.Existing(path), ',', 0);
        List<string> header = [.. rows.Header()];
        int[] places = [.. new[] { "Method", "Test_acc", "Test_cost", "Test_size" }.Select(column => header.IndexOf(column) is >= 0 and int place ? place
            : throw new PalimpsestException($"{path}: has no column \"{column}\". Published points are read in the form of FrugalGPT's summaries."))];
        HashSet<PublishedPoint> points = [];
        for (int number = 1; rows.Next(); number++)
        {
            double[] values = [.. places[1..].Select(place => rows.Problem(header.Count).Length == 0
                && double.TryParse(rows.Field(place), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
            points.Add(values.All(double.IsFinite) ? new PublishedPoint(rows.Field(places[0]), values[0], values[1], (int)values[2])
                : throw new PalimpsestException($"{path} row {number}: accuracy, cost and size must be numbers."));
        }

        return new PublishedPoints(Path.GetFileName(path), [.. points.OrderBy(point => point.Cost)]);
    }
}
