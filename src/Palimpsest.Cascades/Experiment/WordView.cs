namespace Palimpsest.Cascades.Experiment;

/// <summary>What a small classifier sees of a text: members of a tier that see different things make different mistakes.</summary>
internal enum WordView
{
    /// <summary>Which words occur.</summary>
    Words,

    /// <summary>Which runs of four letters occur, across words.</summary>
    Letters,

    /// <summary>Which neighbouring words occur.</summary>
    Pairs,
}
