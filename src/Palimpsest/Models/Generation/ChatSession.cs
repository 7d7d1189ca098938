using Palimpsest.Data.Chats;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text.Templates;
using ChatMessage = Palimpsest.Data.Chats.ChatMessage;

namespace Palimpsest.Models.Generation;

/// <summary>A conversation with a model in the form of its chat template. Keys and values of the turns before are kept, so that a turn costs only its own tokens.</summary>
/// <remarks>Not thread-safe. While it lives, weights, hooks and adapters of the model must stay as they are.</remarks>
public sealed class ChatSession : IDisposable
{
    // Libtorch's memory is allocated whole: 1 GB for a conversation of so many tokens with a model of 32 layers and 8 heads of 64.
    private const int MostForTorch = 8192;
    private readonly LanguageModel _model;
    private readonly TemplateChatRenderer _renderer;
    private readonly SamplingOptions _options;
    private readonly RandomStream _random;
    private readonly List<ChatMessage> _messages = [];
    private readonly List<int> _inMemory = [];
    private readonly string? _system;
    private readonly int _capacity;
    private ISequenceDecoder? _decoder;
    private int _turns;

    /// <summary>Begins a conversation.</summary>
    /// <param name="model">Model and tokenizer; not disposed with this object.</param>
    /// <param name="template">The form of its chats, such as <see cref="ChatTemplate.Of"/> gives.</param>
    /// <param name="options">How tokens are chosen; an answer has at most <see cref="SamplingOptions.MaxNewTokens"/>. The token that ends a turn in the template ends an answer.</param>
    /// <param name="random">Every turn draws from a child of its own.</param>
    /// <param name="system">What the model is told before the conversation, or null for what the template says by itself.</param>
    /// <exception cref="PalimpsestException">An option is out of its range, or the template refuses a conversation.</exception>
    public ChatSession(LanguageModel model, ChatTemplate template, SamplingOptions options, RandomStream random, string? system = null)
    {
        _model = model ?? throw new ArgumentNullException(nameof(model));
        _renderer = new TemplateChatRenderer(template ?? throw new ArgumentNullException(nameof(template)));
        model.Model.RequireLanguageModel();
        _random = random ?? throw new ArgumentNullException(nameof(random));
        _system = system;
        _capacity = SequenceDecoders.IsManaged(model.Model) ? model.Model.Config.ContextLength : Math.Min(MostForTorch, model.Model.Config.ContextLength);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problem is string problem)
        {
            throw new PalimpsestException($"A chat is not possible: {problem}.");
        }

        _options = options with { EndTokens = [.. options.EndTokens, .. EndsOfTurns(model, _renderer)] };
        Reset();
    }

    /// <summary>The conversation so far.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>Forgets the conversation, but for the system message.</summary>
    public void Reset()
    {
        _messages.Clear();
        if (_system is not null)
        {
            _messages.Add(new ChatMessage("system", _system));
        }
    }

    /// <summary>Says something and gets the answer. If this throws, the conversation is as it was before.</summary>
    /// <param name="text">What the user says.</param>
    /// <param name="onText">Gets the answer in pieces as they become certain.</param>
    /// <param name="stop">Ends the answer early; what there is of it becomes part of the conversation.</param>
    /// <exception cref="PalimpsestException">The message alone does not fit the model's context, or the template refuses it.</exception>
    public ChatReply Ask(string text, Action<string>? onText = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ChatMessage[] before = [.. _messages];
        try
        {
            _messages.Add(new ChatMessage("user", text));
            (int[] prompt, int forgotten) = Fit();
            ChatReply reply = Answer(prompt, onText, stop) with { ForgottenMessages = forgotten };
            _messages.Add(new ChatMessage(ChatMessage.Assistant, reply.Text));
            _turns++;
            return reply;
        }
        catch
        {
            _messages.Clear();
            _messages.AddRange(before);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder?.Dispose();

    /// <summary>The tokens of the conversation, without its oldest messages where it would leave no room for an answer.</summary>
    private (int[] Prompt, int Forgotten) Fit()
    {
        int room = Math.Min(_options.MaxNewTokens, _capacity / 4);
        int forgotten = 0, first = _system is null ? 0 : 1;
        while (true)
        {
            int[] prompt = _renderer.EncodePrompt(new Conversation(_messages), _model.Tokenizer);
            if (prompt.Length + room <= _capacity)
            {
                return prompt.Length > 0 ? (prompt, forgotten)
                    : throw new PalimpsestException("The chat template makes nothing of this conversation. Name another template.");
            }

            if (_messages.Count == first + 1)
            {
                return prompt.Length < _capacity
                    ? (prompt, forgotten)
                    : throw new PalimpsestException($"The message has {prompt.Length} tokens with what the template puts around it, and the conversation has room for {_capacity}. Shorten it.");
            }

            // A question goes with its answer, so that the conversation still begins with the user.
            do
            {
                _messages.RemoveAt(first);
                forgotten++;
            }
            while (_messages.Count > first + 1 && _messages[first].Role != "user");
        }
    }

    private ChatReply Answer(int[] prompt, Action<string>? onText, CancellationToken stop)
    {
        CausalModel model = _model.Model;
        _decoder ??= SequenceDecoders.Create(model, 1, _capacity);

        // The scores behind the prompt come from its last token, so that is run again even if it is in memory.
        int reused = Math.Min(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_inMemory).CommonPrefixLength(prompt), prompt.Length - 1);
        TokenSampler sampler = new(_options, TextGenerator.StreamOf(_random, _turns), model.Config.VocabularySize);
        sampler.See(prompt);
        TextAssembler text = TextGenerator.Assembler(_model.Tokenizer, prompt, _options);
        Forget(reused);
        CompletionEnd end = CompletionEnd.Cancelled;
        int made = 0, limit = Math.Min(_options.MaxNewTokens, _capacity - prompt.Length + 1);
        try
        {
            ReadOnlySpan<float> scores = _decoder.Begin([prompt[reused..]], stop);
            _inMemory.AddRange(prompt.AsSpan(reused, _decoder.Length - reused));
            while (!stop.IsCancellationRequested)
            {
                int token = sampler.Choose(scores);
                if (model.Config.EndTokens.Contains(token) || _options.EndTokens.Contains(token))
                {
                    end = CompletionEnd.EndToken;
                    break;
                }

                made++;
                Give(text.Add(token), onText);
                if (text.Stopped || made == limit)
                {
                    end = text.Stopped ? CompletionEnd.StopText : CompletionEnd.Length;
                    break;
                }

                scores = _decoder.Step([token], [false]);
                _inMemory.Add(token);
            }
        }
        catch
        {
            Forget(0);
            throw;
        }

        Give(text.End(), onText);
        return new ChatReply { Text = text.Text, End = end, PromptTokens = prompt.Length, ReusedTokens = reused, NewTokens = made, ForgottenMessages = 0 };
    }

    private static void Give(string piece, Action<string>? onText)
    {
        if (piece.Length > 0)
        {
            onText?.Invoke(piece);
        }
    }

    private void Forget(int from)
    {
        _decoder!.Truncate(from);
        _inMemory.RemoveRange(from, _inMemory.Count - from);
    }

    /// <summary>The special tokens with which the tokenizer and the template end a turn; a configuration often names only the one that ends a text.</summary>
    internal static List<int> EndsOfTurns(LanguageModel model, TemplateChatRenderer renderer)
    {
        List<int> ends = model.Tokenizer.EndToken is int end ? [end] : [];
        string ending = renderer.EndOfTurn();
        if (ending.Length > 0 && model.Tokenizer.Encode(ending, addSpecialTokens: false) is [int first, ..] && model.Tokenizer.IsSpecial(first))
        {
            ends.Add(first);
        }

        return ends;
    }
}
