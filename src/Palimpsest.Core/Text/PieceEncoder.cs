namespace Palimpsest.Text;

/// <summary>Appends the ids of a piece.</summary>
internal delegate void PieceEncoder(ReadOnlySpan<char> piece, List<int> ids);
