using System.Text;
using Palimpsest.Data.Batches;
using Palimpsest.Text;

namespace Palimpsest.Data.Chats;

/// <summary>Turns a chat into tokens, of which those of the learnt pieces are to be predicted.</summary>
internal sealed class ChatEncoder(Tokenizer tokenizer, IChatRenderer renderer, int maxLength, bool learnAll)
{
    /// <summary>The tokens of a rendered chat.</summary>
    public int[] Encode(IEnumerable<ChatSegment> rendered)
    {
        ChatSegment[] segments = [.. rendered.Where(segment => segment.Text.Length > 0)];
        return (Together(segments) ?? Apart(segments)).Ids;
    }

    /// <summary>The tokens of a chat. Behind <c>maxLength</c> the mask is not filled in: whoever asks for more cuts it there.</summary>
    public TokenSequence Encode(Conversation chat)
    {
        ChatSegment[] segments = [.. renderer.Render(chat).Where(segment => segment.Text.Length > 0)];
        (int[] ids, bool[] learnt) = Together(segments) ?? Apart(segments);
        if (!renderer.SpellsBeginAndEnd && tokenizer.EndToken is int end)
        {
            ids = [.. ids, end];
            learnt = [.. learnt, segments is [.., { Learnt: true }]];
        }

        return learnAll ? new TokenSequence(ids, 1) : new TokenSequence(ids, 0, learnt);
    }

    /// <summary>Encodes the text as a whole, as it will be when the model is asked. Null where a message spells a special token, which would then become one.</summary>
    private (int[] Ids, bool[] Learnt)? Together(ChatSegment[] segments)
    {
        bool markup = segments.Any(segment => segment.Markup);
        string text = string.Concat(segments.Select(segment => segment.Text));
        int[] ids = Tokens(text, addSpecial: !renderer.SpellsBeginAndEnd);
        if (markup && !Specials(Tokens(text, addSpecial: false)).SequenceEqual(segments.Where(segment => segment.Markup).SelectMany(segment => Specials(Tokens(segment.Text, addSpecial: false)))))
        {
            return null;
        }

        if (renderer.MarksLearntCharacters)
        {
            return (ids, new TokenSpans(tokenizer, text, ids, part => Tokens(part, addSpecial: !renderer.SpellsBeginAndEnd)).Within(Learnt(segments)));
        }

        // A piece ends where the tokens of the text up to its end part from those of the whole.
        bool[] learnt = new bool[ids.Length];
        StringBuilder before = new();
        int from = 0;
        for (int i = 0; i < segments.Length && from < Math.Min(ids.Length, maxLength); i++)
        {
            before.Append(segments[i].Text);
            bool last = i + 1 == segments.Length;
            if (last || segments[i].Learnt != segments[i + 1].Learnt)
            {
                int to = last ? ids.Length : Math.Max(from, Tokens(before.ToString(), addSpecial: !renderer.SpellsBeginAndEnd).AsSpan().CommonPrefixLength(ids));
                learnt.AsSpan(from, to - from).Fill(segments[i].Learnt);
                from = to;
            }
        }

        return (ids, learnt);

        int[] Tokens(string part, bool addSpecial) => tokenizer.Encode(part, addSpecial, specialTokensAsText: !markup);

        IEnumerable<int> Specials(int[] tokens) => tokens.Where(tokenizer.IsSpecial);
    }

    private static IEnumerable<Range> Learnt(ChatSegment[] segments)
    {
        int at = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            int start = at;
            for (at += segments[i].Text.Length; segments[i].Learnt && i + 1 < segments.Length && segments[i + 1].Learnt; i++)
            {
                at += segments[i + 1].Text.Length;
            }

            if (segments[i].Learnt)
            {
                yield return start..at;
            }
        }
    }

    /// <summary>Encodes piece by piece: between a piece of markup and one of text, tokens may then differ from those of the whole, but no text becomes a special token.</summary>
    private (int[] Ids, bool[] Learnt) Apart(ChatSegment[] segments)
    {
        List<int> ids = [];
        List<bool> learnt = [];
        foreach ((string text, bool isLearnt, bool isMarkup) in segments)
        {
            ids.AddRange(tokenizer.Encode(text, addSpecialTokens: !renderer.SpellsBeginAndEnd && ids.Count == 0, specialTokensAsText: !isMarkup));
            learnt.AddRange(Enumerable.Repeat(isLearnt, ids.Count - learnt.Count));
        }

        return ([.. ids], [.. learnt]);
    }
}
