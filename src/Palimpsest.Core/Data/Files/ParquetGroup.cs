namespace Palimpsest.Data.Files;

/// <summary>A group of rows in memory.</summary>
/// <param name="Index">Its index in the file.</param>
/// <param name="Start">Its first row.</param>
/// <param name="End">The row after its last.</param>
/// <param name="Columns">The values by index of the column.</param>
/// <param name="BadText">The rows, counted in the group, that hold a text which is not UTF-8.</param>
internal sealed record ParquetGroup(int Index, long Start, long End, IReadOnlyDictionary<int, RowCell[]> Columns, IReadOnlySet<int> BadText);
