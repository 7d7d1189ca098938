namespace Palimpsest.Text;

/// <summary>The encoding of two texts in one row of ids, as models that compare texts read it.</summary>
public sealed record EncodedPair
{
    /// <summary>The ids, special tokens among them.</summary>
    public required int[] Ids { get; init; }

    /// <summary>For each id the type that the post-processor gives it, for BERT 0 up to the first separator and 1 after it.</summary>
    public required int[] TypeIds { get; init; }

    /// <summary>For each id the text that it comes from, 0 or 1, or -1 for an id that the post-processor has added.</summary>
    public required int[] Sources { get; init; }
}
