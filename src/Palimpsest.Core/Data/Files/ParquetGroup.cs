namespace Palimpsest.Data.Files;

/// <summary>A group of rows in memory.</summary>
/// <param name="Index">Its index in the file.</param>
/// <param name="Start">Its first row.</param>
/// <param name="End">The row after its last.</param>
/// <param name="Columns">The values by index of the column.</param>
internal sealed record ParquetGroup(int Index, long Start, long End, IReadOnlyDictionary<int, string?[]> Columns);
