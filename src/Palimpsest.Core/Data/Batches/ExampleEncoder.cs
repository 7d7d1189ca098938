using Palimpsest.Data.Chats;
using Palimpsest.Data.Preferences;
using Palimpsest.Text;

namespace Palimpsest.Data.Batches;

/// <summary>Turns examples into tokens: the begin token if the tokenizer has one, the text, the end token if there is one.</summary>
/// <remarks>
/// One rule says where a prompt ends and the answer begins, in training, in likelihoods and in generation. Generation sees the tokens of the prompt alone, as
/// <see cref="Tokenizer.EncodePrompt"/> gives
/// them. Where the tokens of the whole text begin with these, as nearly always, they are the sequence. Where they do not, because a token of the whole crosses
/// the border (one of a colon and the
/// space behind it, say), the sequence is the prompt's tokens and then those of the completion as it goes on behind them: a model learns and is scored on what
/// it will see when it is asked. The same holds
/// for each border before what the assistant says in a chat. <see cref="Boundaries"/> counts where it happens. The loss begins behind the prompt's tokens. Of
/// a chat the assistant's messages are
/// learnt. The spelling of a special token inside the data is read as ordinary text. Safe for several threads.
/// </remarks>
public sealed class ExampleEncoder
{
    private readonly Tokenizer _tokenizer;
    private readonly ChatEncoder _chat;
    private readonly IReadOnlyList<string> _labels = [];
    private readonly IChatRenderer _renderer;
    private readonly bool _lossOnPrompt;
    private readonly TooLongPolicy _tooLong;

    /// <summary>An encoder.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxLength">Most tokens of a sequence, begin and end included; at least 2.</param>
    /// <param name="tooLong">What happens to longer ones.</param>
    /// <param name="lossOnPrompt">Learns prompts too, as pre-training does; of chats, what everybody says.</param>
    /// <param name="chat">Form of chats; the plain one unless told.</param>
    public ExampleEncoder(Tokenizer tokenizer, int maxLength, TooLongPolicy tooLong = TooLongPolicy.Error, bool lossOnPrompt = false,
        IChatRenderer? chat = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        _tokenizer = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));
        _renderer = chat ?? PlainChatRenderer.Instance;
        _chat = new ChatEncoder(tokenizer, _renderer, maxLength, lossOnPrompt);
        MaxLength = maxLength;
        _tooLong = tooLong;
        _lossOnPrompt = lossOnPrompt;
    }

    /// <summary>An encoder of a classification: the prompt is the text, without an end token, and the completion names its class.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxLength">Most tokens of a sequence; at least 2.</param>
    /// <param name="labels">The names of the classes, at least two, without spaces around them.</param>
    /// <param name="tooLong">What happens to longer texts.</param>
    public ExampleEncoder(Tokenizer tokenizer, int maxLength, IReadOnlyList<string> labels, TooLongPolicy tooLong = TooLongPolicy.Error)
        : this(tokenizer, maxLength, tooLong)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(labels.Count, 2);
        _labels = labels;
    }

    /// <summary>Most tokens of a sequence.</summary>
    public int MaxLength { get; }

    /// <summary>Counts the sequences with a prompt and those whose completion was encoded apart; may be shared by several encoders.</summary>
    public PromptBoundaries Boundaries { get; init; } = new();

    /// <summary>Encodes an example.</summary>
    /// <returns>The sequence, or null where the example is left out.</returns>
    /// <exception cref="PalimpsestException">The example is too long and the policy is <see cref="TooLongPolicy.Error"/>, or the form of chats has no place for
    /// its messages; or a class is not known or has no text.</exception>
    public TokenSequence? Encode(TextExample example) => Encode(example, out _);

    /// <summary>As <see cref="Encode(TextExample)"/>, with the reason for an example that is left out.</summary>
    internal TokenSequence? Encode(TextExample example, out UnusedExample unused)
    {
        unused = UnusedExample.None;
        TokenSequence sequence = _labels.Count > 0 ? Classified(example)
            : example.Messages is Conversation chat && IsChat(chat) ? _chat.Encode(chat, Boundaries)
            : Whole(example);
        if (sequence.Ids.Length > MaxLength)
        {
            if (_tooLong == TooLongPolicy.Error)
            {
                string start = (example.Prompt + example.Completion).ReplaceLineEndings(" ");
                throw new PalimpsestException($"An example has {sequence.Ids.Length} tokens where {MaxLength} fit (it begins "
                    + $"\"{start[..Math.Min(60, start.Length)]}\"). Shorten it, or set data.too_long to truncate or skip.");
            }

            if (_tooLong == TooLongPolicy.Skip)
            {
                unused = UnusedExample.TooLong;
                return null;
            }

            unused = sequence.Targets > 0 ? UnusedExample.PromptFillsRoom : UnusedExample.NothingLearnt;
            sequence = sequence.Truncate(MaxLength);
        }
        else
        {
            unused = UnusedExample.NothingLearnt;
        }

        if (sequence.Targets == 0)
        {
            return null;
        }

        unused = UnusedExample.None;
        return sequence;
    }

    /// <summary>Encodes an example with a <see cref="TextExample.Preference"/>: the prompt with each of its answers.</summary>
    /// <returns>The sequences, or null where the example is left out because one is too long.</returns>
    /// <exception cref="PalimpsestException">As for <see cref="Encode(TextExample)"/>, or the example says nothing about its answer.</exception>
    public AnswerSequences? EncodeAnswers(TextExample example) => EncodeAnswers(example, out _);

    /// <summary>As <see cref="EncodeAnswers(TextExample)"/>, with the reason for an example that is left out.</summary>
    internal AnswerSequences? EncodeAnswers(TextExample example, out UnusedExample unused)
    {
        Preference preference = example.Preference
            ?? throw new PalimpsestException("An example has no preference: learning from preferences needs chosen and rejected answers, or answers "
                + "with a label.");
        TokenSequence? answer = Answer(example, preference.PromptMessages, out unused), rejected = null;
        if (answer is null)
        {
            return null;
        }

        if (preference.RejectedCompletion is string worse)
        {
            rejected = Answer(example with { Completion = worse, Messages = preference.RejectedMessages }, preference.PromptMessages, out unused);
        }

        return preference.RejectedCompletion is not null && rejected is null ? null : new AnswerSequences(answer, rejected, preference.IsDesirable);
    }

    /// <summary>The tokens of prompt and completion without the end token, and where the completion starts; for scoring. They begin with the prompt's own
    /// tokens; see the remarks.</summary>
    public TokenSequence EncodeOpen(string prompt, string completion)
    {
        int[] ids = _tokenizer.EncodePrompt(prompt + completion, specialTokensAsText: true);
        if (prompt.Length == 0)
        {
            return new TokenSequence(ids, First(ids));
        }

        int[] head = _tokenizer.EncodePrompt(prompt, specialTokensAsText: true);
        bool apart = !ids.AsSpan().StartsWith(head);
        Boundaries.Count(apart);
        if (apart)
        {
            ids = [.. head, .. Continuation.Encode(_tokenizer, head, ids, completion, specialTokensAsText: true)];
        }

        return new TokenSequence(ids, Math.Min(head.Length, ids.Length - 1));
    }

    /// <summary>As <see cref="EncodeOpen(string, string)"/>, for an example that may be a chat: of one, what the assistant is to say last is scored, in the
    /// form that is learnt.</summary>
    /// <param name="prompt">The example's prompt, for one that is no chat.</param>
    /// <param name="chat">The chat up to an answer of the assistant and further, or null.</param>
    /// <param name="completion">What takes the place of that answer; for a chat a space before it is not part of it where the form sets answers apart
    /// itself.</param>
    /// <exception cref="PalimpsestException">The form of chats has no place for its messages.</exception>
    public TokenSequence EncodeOpen(string prompt, Conversation? chat, string completion) => Asked(chat) is IReadOnlyList<ChatSegment> asked
        ? _chat.EncodeOpen(asked, _renderer.SpellsBeginAndEnd ? completion.TrimStart(' ') : completion, Boundaries)
        : EncodeOpen(prompt, completion);

    /// <summary>The tokens that an answer is asked with; what <see cref="EncodeOpen(string, Conversation, string)"/> and <see cref="Encode(TextExample)"/>
    /// give begins with them.</summary>
    /// <param name="prompt">The example's prompt, for one that is no chat.</param>
    /// <param name="chat">The chat, whose last answer of the assistant with a text is asked for, or null.</param>
    /// <exception cref="PalimpsestException">The form of chats has no place for its messages.</exception>
    public int[] EncodePrompt(string prompt, Conversation? chat = null) =>
        Asked(chat) is IReadOnlyList<ChatSegment> asked ? _chat.Encode(asked) : _tokenizer.EncodePrompt(prompt, specialTokensAsText: true);

    /// <summary>The tokens of a chat and of what begins the assistant's next turn. What people wrote stays text, also where it spells a special
    /// token.</summary>
    /// <param name="chat">The chat, of at least one message.</param>
    /// <exception cref="PalimpsestException">The form of chats has no place for its messages.</exception>
    public int[] EncodeTurn(Conversation chat) => _chat.Encode(_renderer.RenderPrompt(chat));

    /// <summary>A chat up to the answer that is asked for; null where the text of the prompt asks.</summary>
    private IReadOnlyList<ChatSegment>? Asked(Conversation? chat)
    {
        if (chat is not null && !_renderer.SpellsBeginAndEnd)
        {
            PlainChatRenderer.Check(chat);
        }

        return chat is null || chat.LastAnswer < 1 || !IsChat(chat) ? null : _renderer.RenderPrompt(chat.First(chat.LastAnswer));
    }

    private bool IsChat(Conversation chat) => !chat.IsQuestion || _renderer.SpellsBeginAndEnd;

    private int First(int[] ids) => _tokenizer.BeginToken is int begin && ids is [int first, ..] && first == begin ? 1 : 0;

    /// <summary>A prompt with an answer, of which only the answer is learnt: of a chat what comes behind the prompt's messages.</summary>
    private TokenSequence? Answer(TextExample example, int promptMessages, out UnusedExample unused)
    {
        TokenSequence? whole = Encode(example, out unused);
        if (whole is null || example.Messages is not Conversation chat || promptMessages == 0)
        {
            return whole;
        }

        int from = _chat.Encode(chat.First(promptMessages)).Ids.AsSpan().CommonPrefixLength(whole.Ids);
        TokenSequence learnt = whole with { LossFrom = Math.Max(whole.LossFrom, from) };
        unused = learnt.Targets > 0 ? UnusedExample.None : UnusedExample.PromptFillsRoom;
        return learnt.Targets > 0 ? learnt : null;
    }

    private TokenSequence Classified(TextExample example)
    {
        string label = example.Completion.Trim();
        int index = 0;
        while (index < _labels.Count && _labels[index] != label)
        {
            index++;
        }

        int[] ids = _tokenizer.Encode(example.Prompt, specialTokensAsText: true);
        return index == _labels.Count
            ? throw new PalimpsestException($"\"{label}\" is none of the classes: {string.Join(", ", _labels)}. Mend the data, or train with examples "
                + "of this class.")
            : example.Prompt.Length == 0 || ids.Length == 0
                ? throw new PalimpsestException($"An example of the class \"{label}\" has no text. A classification needs a prompt and a completion "
                    + "that names its class.")
            : new TokenSequence(ids, 0) { Label = index };
    }

    private TokenSequence Whole(TextExample example)
    {
        TokenSequence open = EncodeOpen(example.Prompt, example.Completion);
        return open with { Ids = [.. open.Ids, .. _tokenizer.Ending], LossFrom = _lossOnPrompt ? First(open.Ids) : open.LossFrom };
    }
}
