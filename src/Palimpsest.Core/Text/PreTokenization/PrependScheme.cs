namespace Palimpsest.Text.PreTokenization;

/// <summary>Which pieces <see cref="MetaspacePreTokenizer"/> puts its sign before.</summary>
internal enum PrependScheme
{
    /// <summary>The one at the beginning of what the user gave.</summary>
    First,

    /// <summary>None.</summary>
    Never,

    /// <summary>Each one.</summary>
    Always,
}
