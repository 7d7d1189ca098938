using Palimpsest.Data.Chats;
using Palimpsest.Data.Preferences;
using Palimpsest.Text;

namespace Palimpsest.Data.Batches;

/// <summary>Turns examples into tokens: the begin token if the tokenizer has one, the text, the end token if there is one.</summary>
/// <remarks>
/// Prompt and completion are encoded together, so that the tokens are those of the whole text; the loss begins at the first token that the prompt alone would not have. Of a chat the assistant's
/// messages are learnt. The spelling of a special token inside the data is read as ordinary text. Safe for several threads.
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
    public ExampleEncoder(Tokenizer tokenizer, int maxLength, TooLongPolicy tooLong = TooLongPolicy.Error, bool lossOnPrompt = false, IChatRenderer? chat = null)
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

    /// <summary>Encodes an example.</summary>
    /// <returns>The sequence, or null where the example is left out.</returns>
    /// <exception cref="PalimpsestException">The example is too long and the policy is <see cref="TooLongPolicy.Error"/>, or the form of chats has no place for its messages; or a class is not known or has no text.</exception>
    public TokenSequence? Encode(TextExample example) => Encode(example, out _);

    /// <summary>As <see cref="Encode(TextExample)"/>, with the reason for an example that is left out.</summary>
    internal TokenSequence? Encode(TextExample example, out UnusedExample unused)
    {
        unused = UnusedExample.None;
        TokenSequence sequence = _labels.Count > 0 ? Classified(example) : example.Messages is Conversation chat && (!chat.IsQuestion || _renderer.SpellsBeginAndEnd) ? _chat.Encode(chat) : Whole(example);
        if (sequence.Ids.Length > MaxLength)
        {
            if (_tooLong == TooLongPolicy.Error)
            {
                string start = (example.Prompt + example.Completion).ReplaceLineEndings(" ");
                throw new PalimpsestException($"An example has {sequence.Ids.Length} tokens where {MaxLength} fit (it begins \"{start[..Math.Min(60, start.Length)]}\"). Shorten it, or choose --too-long truncate or --too-long skip.");
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
        Preference preference = example.Preference ?? throw new PalimpsestException("An example has no preference: learning from preferences needs chosen and rejected answers, or answers with a label.");
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

    /// <summary>The tokens of prompt and completion without the end token, and where the completion starts; for scoring.</summary>
    public TokenSequence EncodeOpen(string prompt, string completion)
    {
        int[] ids = _tokenizer.Encode(prompt + completion, specialTokensAsText: true);
        if (prompt.Length == 0)
        {
            return new TokenSequence(ids, _tokenizer.BeginToken is int begin && ids.Length > 0 && ids[0] == begin ? 1 : 0);
        }

        int[] head = _tokenizer.Encode(prompt, specialTokensAsText: true);
        int common = head.AsSpan().CommonPrefixLength(ids);
        return new TokenSequence(ids, Math.Min(common, ids.Length - 1));
    }

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
        return index == _labels.Count ? throw new PalimpsestException($"\"{label}\" is none of the classes: {string.Join(", ", _labels)}. Mend the data, or train with examples of this class.")
            : example.Prompt.Length == 0 || ids.Length == 0 ? throw new PalimpsestException($"An example of the class \"{label}\" has no text. A classification needs a prompt and a completion that names its class.")
            : new TokenSequence(ids, 0) { Label = index };
    }

    private TokenSequence Whole(TextExample example)
    {
        TokenSequence open = EncodeOpen(_lossOnPrompt ? "" : example.Prompt, _lossOnPrompt ? example.Prompt + example.Completion : example.Completion);
        return _tokenizer.EndToken is int end ? open with { Ids = [.. open.Ids, end] } : open;
    }
}
