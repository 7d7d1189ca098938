namespace Palimpsest.Text;

/// <summary>Keeps a hostile file from making a short text endless: thirty replacements that double it make a billion characters of one.</summary>
internal static class Growth
{
    // The largest growth that Unicode itself has is 18 (one Arabic ligature under NFKD).
    private const long Factor = 32;
    private const long AlwaysAllowed = 1 << 20;
    private const long Longest = 1 << 29;

    /// <exception cref="PalimpsestException">The text has become more than 32 times longer, and longer than a million characters.</exception>
    public static void Check(long before, long after)
    {
        if (after > Longest || (after > AlwaysAllowed && after > Factor * before))
            throw new PalimpsestException($"The tokenizer's replacements make a text of {after} characters out of one of {before}. Mend the \"Replace\" steps in tokenizer.json, or split the text into shorter ones.");
    }
}
