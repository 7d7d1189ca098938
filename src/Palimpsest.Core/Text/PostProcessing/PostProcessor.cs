namespace Palimpsest.Text.PostProcessing;

/// <summary>Puts special tokens around the ids of a text, and between those of two. Immutable.</summary>
/// <param name="single">What a single text becomes.</param>
/// <param name="pair">What two texts become.</param>
/// <param name="secondType">The type of the second text where special tokens are not asked for.</param>
internal sealed class PostProcessor(TemplatePiece[] single, TemplatePiece[] pair, int secondType)
{
    /// <summary>The default: nothing is added, and the second text has type 1.</summary>
    public static PostProcessor None { get; } = new([TemplatePiece.Text(0, 0)], [TemplatePiece.Text(0, 0), TemplatePiece.Text(1, 1)], secondType: 1);

    /// <summary>Tokens before and behind each text, as the library's Llama classes put them.</summary>
    public static PostProcessor Around(int[] before, int[] after)
    {
        TemplatePiece[] Text(int source) => [new(-1, before, source), TemplatePiece.Text(source, source), new(-1, after, source)];
        return new PostProcessor(Text(0), [.. Text(0), .. Text(1)], secondType: 1);
    }

    /// <summary>What stands behind a single text.</summary>
    public IEnumerable<int> Behind => single.Reverse().TakeWhile(piece => piece.Source != 0).Reverse().SelectMany(piece => piece.Ids);

    /// <summary>How many tokens stand before a single text.</summary>
    public int Before => single.TakeWhile(piece => piece.Source != 0).Sum(piece => piece.Ids.Length);

    /// <summary>A single text that goes on: with what stands before it alone.</summary>
    public List<int> ApplyBefore(List<int> ids) => [.. single.TakeWhile(piece => piece.Source != 0).SelectMany(piece => piece.Ids), .. ids];

    public List<int> Apply(List<int> ids)
    {
        List<int> result = new(ids.Count + single.Length);
        foreach (TemplatePiece piece in single)
        {
            result.AddRange(piece.Source == 0 ? ids : piece.Ids);
        }

        return result;
    }

    public EncodedPair Apply(List<int> first, List<int> second, bool addSpecialTokens)
    {
        List<int> ids = [], types = [], sources = [];
        foreach (TemplatePiece piece in addSpecialTokens ? pair : [TemplatePiece.Text(0, 0), TemplatePiece.Text(1, secondType)])
        {
            ids.AddRange(piece.Source switch { 0 => first, 1 => second, _ => piece.Ids });
            types.AddRange(Enumerable.Repeat(piece.TypeId, ids.Count - types.Count));
            sources.AddRange(Enumerable.Repeat(piece.Source, ids.Count - sources.Count));
        }

        return new EncodedPair { Ids = [.. ids], TypeIds = [.. types], Sources = [.. sources] };
    }
}
