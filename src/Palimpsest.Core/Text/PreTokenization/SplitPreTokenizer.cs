using System.Runtime.InteropServices;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.PreTokenization;

/// <summary>Cuts at the matches of a pattern; inverted, the stretches between the matches count as the matches.</summary>
internal sealed class SplitPreTokenizer(ITextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public override void Apply(PieceText text)
    {
        List<TextMatch> result = new(text.Pieces.Count), matches = [];
        foreach (TextMatch piece in text.Pieces)
        {
            matches.Clear();
            pattern.FindAll(text[piece], matches);
            Cut(piece, matches, result);
        }

        text.Replace(text.Text, result);
    }

    private void Cut(TextMatch piece, List<TextMatch> matches, List<TextMatch> result)
    {
        int first = result.Count, from = 0;
        bool previousMatch = false;
        foreach (TextMatch match in matches)
        {
            Add(from, match.Start, isMatch: invert);
            Add(match.Start, match.End, isMatch: !invert);
            from = match.End;
        }

        Add(from, piece.Length, isMatch: invert);

        void Add(int start, int end, bool isMatch)
        {
            if (start == end)
                return;
            bool open = result.Count > first;
            bool join = behavior switch
            {
                SplitBehavior.MergedWithPrevious => isMatch && !previousMatch && open,
                // What follows a match joins it; of two matches in a row each begins a piece.
                SplitBehavior.MergedWithNext => !isMatch && previousMatch && open,
                SplitBehavior.Contiguous => isMatch == previousMatch && open,
                _ => false,
            };
            if (join)
            {
                ref TextMatch last = ref CollectionsMarshal.AsSpan(result)[^1];
                last = last with { Length = piece.Start + end - last.Start };
            }
            else if (behavior != SplitBehavior.Removed || !isMatch)
            {
                result.Add(new TextMatch(piece.Start + start, end - start));
            }

            previousMatch = isMatch;
        }
    }
}
