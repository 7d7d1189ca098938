namespace Palimpsest.Privacy;

/// <summary>Which of two neighbouring data sets has one unit more.</summary>
internal enum Adjacency
{
    /// <summary>The first one: the unit is removed.</summary>
    Remove,

    /// <summary>The second one: the unit is added.</summary>
    Add,
}
