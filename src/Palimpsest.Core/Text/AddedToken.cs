namespace Palimpsest.Text;

/// <summary>A token that is found in the text before the model sees it.</summary>
internal sealed record AddedToken
{
    public required int Id { get; init; }

    /// <summary>The spelling in the file.</summary>
    public required string Content { get; init; }

    /// <summary>The spelling that is looked for and printed: for a normalized token, its own normal form.</summary>
    public required string Spelling { get; init; }

    /// <summary>Not where a word character stands next to it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Takes the white space after it.</summary>
    public bool StripRight { get; init; }

    /// <summary>Looked for in the normalized text instead of the raw one.</summary>
    public bool Normalized { get; init; }

    /// <summary>Left out when special tokens are skipped.</summary>
    public bool Special { get; init; }
}
