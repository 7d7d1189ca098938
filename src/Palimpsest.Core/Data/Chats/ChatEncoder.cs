using System.Text;
using Palimpsest.Data.Batches;
using Palimpsest.Text;

namespace Palimpsest.Data.Chats;

/// <summary>Turns a chat into tokens, of which those of the learnt pieces are to be predicted.</summary>
/// <remarks>What stands before a learnt piece is a prompt, and the tokens of the chat begin with the prompt's own (<see cref="ExampleEncoder"/>): at each such
/// border, from the first on.</remarks>
internal sealed class ChatEncoder(Tokenizer tokenizer, IChatRenderer renderer, int maxLength, bool learnAll)
{
    /// <summary>The tokens of a rendered chat.</summary>
    public int[] Encode(IEnumerable<ChatSegment> rendered) => Join(Filled(rendered)).Ids;

    /// <summary>The tokens of a rendered chat with what the assistant says next, without an end token, and where that starts.</summary>
    public TokenSequence EncodeOpen(IEnumerable<ChatSegment> prompt, string completion, PromptBoundaries boundaries)
    {
        ChatSegment[] before = Filled(prompt);
        if (before.Length > 0)
        {
            before[^1] = before[^1] with { Learnt = false };
        }

        (int[] ids, List<int> prompts, bool apart) = Join([.. before, .. Filled([new ChatSegment(completion, Learnt: true)])]);
        boundaries.Count(apart);
        return new TokenSequence(ids, Math.Min(completion.Length > 0 && prompts.Count > 0 ? prompts[^1] : ids.Length, ids.Length - 1));
    }

    /// <summary>The tokens of a chat. Behind <c>maxLength</c> the mask is not filled in: whoever asks for more cuts it there.</summary>
    public TokenSequence Encode(Conversation chat, PromptBoundaries? boundaries = null)
    {
        ChatSegment[] segments = Filled(renderer.Render(chat));
        (int[] ids, List<int> prompts, bool apart) = Join(segments);
        if (prompts.Count > 0)
        {
            boundaries?.Count(apart);
        }

        bool[] learnt = Learnt(segments, ids, prompts, apart);
        if (!renderer.SpellsBeginAndEnd)
        {
            ids = [.. ids, .. tokenizer.Ending];
            learnt = [.. learnt, .. tokenizer.Ending.Select(_ => segments is [.., { Learnt: true }])];
        }

        return learnAll ? new TokenSequence(ids, 1) : new TokenSequence(ids, 0, learnt);
    }

    private static ChatSegment[] Filled(IEnumerable<ChatSegment> rendered) => [.. rendered.Where(segment => segment.Text.Length > 0)];

    private static string Text(ReadOnlySpan<ChatSegment> segments)
    {
        StringBuilder text = new();
        foreach (ChatSegment segment in segments)
        {
            text.Append(segment.Text);
        }

        return text.ToString();
    }

    /// <summary>
    /// The tokens of the whole where they begin with those of each prompt in it, and else those of the prompt with what follows behind them; how many tokens
    /// each prompt has; and whether any was
    /// encoded apart. Prompts of <c>maxLength</c> and more are not looked at, for what follows them is cut.
    /// </summary>
    private (int[] Ids, List<int> Prompts, bool Apart) Join(ChatSegment[] segments)
    {
        int[] ids = [];
        List<int> prompts = [];
        bool apart = false;
        int from = 0;
        for (int to = 1; to <= segments.Length; to++)
        {
            bool end = to == segments.Length;
            if (!end && (!segments[to].Learnt || segments[to - 1].Learnt || ids.Length >= maxLength))
            {
                continue;
            }

            (ids, bool parted) = Extend(ids, segments, from, to);
            apart |= parted;
            from = to;
            if (!end)
            {
                prompts.Add(ids.Length);
            }
        }

        return (ids, prompts, apart);
    }

    /// <summary>The tokens up to a piece, where those of the pieces before some other are given.</summary>
    private (int[] Ids, bool Apart) Extend(int[] before, ChatSegment[] segments, int from, int to)
    {
        int[] whole = Together(segments[..to]) ?? Pieces(segments[..to]);
        return whole.AsSpan().StartsWith(before) ? (whole, false) : ([.. before, .. Continue(before, whole, segments[from..to])], true);
    }

    private int[] Continue(int[] before, int[] whole, ChatSegment[] segments)
    {
        bool markup = segments.Any(segment => segment.Markup);
        int[] ids = Continuation.Encode(tokenizer, before, whole, Text(segments), specialTokensAsText: !markup);
        if (!markup || Specials(ids).SequenceEqual(MarkupSpecials(segments)))
        {
            return ids;
        }

        List<int> pieces = [.. before];
        foreach (ChatSegment segment in segments)
        {
            pieces.AddRange(Continuation.Encode(tokenizer, [.. pieces], whole, segment.Text, specialTokensAsText: !segment.Markup));
        }

        return [.. pieces.Skip(before.Length)];
    }

    /// <summary>Encodes the text as a whole, as it will be when the model is asked. Null where a message spells a special token, which would then become
    /// one.</summary>
    private int[]? Together(ChatSegment[] segments)
    {
        bool markup = segments.Any(segment => segment.Markup);
        string text = Text(segments);
        return !markup || Specials(tokenizer.Encode(text, addSpecialTokens: false)).SequenceEqual(MarkupSpecials(segments)) ? Tokens(text, markup) : null;
    }

    /// <summary>Encodes piece by piece: between a piece of markup and one of text, tokens may then differ from those of the whole, but no text becomes a
    /// special token.</summary>
    private int[] Pieces(ChatSegment[] segments)
    {
        List<int> ids = [];
        foreach ((string text, _, bool markup) in segments)
        {
            ids.AddRange(Piece(text, markup, ids.Count == 0));
        }

        return [.. ids];
    }

    private int[] Piece(string text, bool markup, bool first) =>
        first ? Tokens(text, markup) : tokenizer.Encode(text, addSpecialTokens: false, specialTokensAsText: !markup);

    private int[] Tokens(string text, bool markup) =>
        renderer.SpellsBeginAndEnd
            ? tokenizer.Encode(text, addSpecialTokens: false, specialTokensAsText: !markup)
            : tokenizer.EncodePrompt(text, specialTokensAsText: !markup);

    private IEnumerable<int> Specials(int[] tokens) => tokens.Where(tokenizer.IsSpecial);

    private IEnumerable<int> MarkupSpecials(ChatSegment[] segments) =>
        segments.Where(segment => segment.Markup).SelectMany(segment => Specials(tokenizer.Encode(segment.Text, addSpecialTokens: false)));

    private bool[] Learnt(ChatSegment[] segments, int[] ids, List<int> prompts, bool apart)
    {
        if (!apart && Together(segments) is null)
        {
            return [.. LearntPieces(segments)];
        }

        if (!apart && renderer.MarksLearntCharacters)
        {
            bool markup = segments.Any(segment => segment.Markup);
            return new TokenSpans(tokenizer, Text(segments), ids, part => Tokens(part, markup)).Within(LearntStretches(segments));
        }

        // A piece ends where the tokens of the text up to its end part from those of the whole; one that is learnt begins behind its prompt.
        bool[] learnt = new bool[ids.Length];
        int from = 0, start = 0, prompt = 0;
        for (int i = 0; i < segments.Length && from < Math.Min(ids.Length, maxLength); i++)
        {
            bool last = i + 1 == segments.Length;
            if (!last && segments[i].Learnt == segments[i + 1].Learnt)
            {
                continue;
            }

            int to = last ? ids.Length : segments[i].Learnt ? Math.Max(from, End(i + 1)) : Math.Max(from, prompts[prompt++]);
            learnt.AsSpan(from, to - from).Fill(segments[i].Learnt);
            (from, start) = (to, segments[i].Learnt ? start : i + 1);
        }

        return learnt;

        int End(int to)
        {
            int[] before = Extend(ids[..from], segments, start, to).Ids;
            int common = before.AsSpan().CommonPrefixLength(ids);
            return Math.Min(ids.Length, common + (renderer.MarksLearntCharacters && common < before.Length ? 1 : 0));
        }
    }

    private IEnumerable<bool> LearntPieces(ChatSegment[] segments)
    {
        bool first = true;
        foreach ((string text, bool learnt, bool markup) in segments)
        {
            int[] ids = Piece(text, markup, first);
            first &= ids.Length == 0;
            foreach (int _ in ids)
            {
                yield return learnt;
            }
        }
    }

    private static IEnumerable<Range> LearntStretches(ChatSegment[] segments)
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
}
