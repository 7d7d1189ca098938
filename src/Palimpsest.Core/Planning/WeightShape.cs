namespace Palimpsest.Planning;

/// <summary>The shape of one weight.</summary>
/// <param name="Name">Name in the checkpoint.</param>
/// <param name="Rows">Outputs; of a vector its length.</param>
/// <param name="Columns">Inputs; of a vector 1.</param>
/// <param name="Part">Where it stands.</param>
public sealed record WeightShape(string Name, long Rows, long Columns, WeightPart Part)
{
    /// <summary>Numbers in it.</summary>
    public long Count => Rows * Columns;

    /// <summary>The smaller extent, m: the rank of a projection is below it.</summary>
    public long Smaller => Math.Min(Rows, Columns);

    /// <summary>The larger extent, n.</summary>
    public long Larger => Math.Max(Rows, Columns);
}
