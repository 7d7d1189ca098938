namespace Palimpsest.Text.Templates;

/// <summary>Python's kinds of rows.</summary>
internal enum SequenceKind
{
    /// <summary>A list.</summary>
    List,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>What <c>map</c> and the like give: it can be walked through, but has no length and no places.</summary>
    Generator,

    /// <summary>The keys, values or pairs of a dictionary: it has a length but no places.</summary>
    View,
}
