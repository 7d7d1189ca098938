using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Palimpsest.Data.Chats;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Numerics;
using Palimpsest.Text.Templates;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Palimpsest.Clients;

/// <summary>A model in this process as a chat client of Microsoft.Extensions.AI: any pipeline of caching, telemetry and retries fits around it.</summary>
/// <remarks>
/// Safe for several calls at a time: they are answered one after the other, since a model is not to be entered twice. Text is made on a thread of its own, so
/// a caller is never blocked; a caller that stops reading, or cancels, ends the generation at the next token. Settings are followed or refused by name.
/// </remarks>
public sealed class LocalChatClient : IChatClient
{
    private const int PiecesAhead = 64;
    private readonly LanguageModel _model;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ChatClientMetadata _metadata;
    private readonly IReadOnlyList<int> _ends;
    private readonly IReadOnlyList<string> _stops;
    private readonly long _seed;
    private long _calls;

    /// <summary>A client over a model.</summary>
    /// <param name="model">Model and tokenizer; not disposed with this object. Its own template makes prompts of messages, or lines of <c>User: ...</c>
    /// where it
    /// has none.</param>
    /// <param name="seed">Root of the draws of calls that name no seed.</param>
    public LocalChatClient(LanguageModel model, long seed = 7)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Model.RequireLanguageModel();
        (_model, _seed) = (model, seed);
        _metadata = new ChatClientMetadata("palimpsest", null, model.Name);
        ChatTemplate? template = ChatTemplate.Of(model.Tokenizer);
        _ends = template is null ? [] : ChatSession.EndsOfTurns(model, new TemplateChatRenderer(template));
        _stops = template is null ? ["\nUser:"] : [];
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        long seed = _seed;
        long call = Interlocked.Increment(ref _calls);
        if (options?.ModelId is string other && other != _model.Name)
        {
            throw new PalimpsestException($"ChatOptions.ModelId is \"{other}\", and this client has \"{_model.Name}\". Leave it out, or ask the other's "
                + "client.");
        }

        SamplingOptions sampling = ChatSampling.Of(options, _model.Model.Config.Generation, ref seed);
        sampling = sampling with { EndTokens = [.. sampling.EndTokens, .. _ends], StopTexts = [.. sampling.StopTexts, .. _stops] };
        RandomStream random = options?.Seed is null ? new RandomStream(seed, "chat", call.ToString(System.Globalization.CultureInfo.InvariantCulture))
            : new RandomStream(seed, "chat");
        int[] prompt = _model.Encoder().EncodeTurn(new Conversation(ChatTexts.Of(messages, options?.Instructions)));
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<string> pieces = Channel.CreateBounded<string>(new BoundedChannelOptions(PiecesAhead) { SingleReader = true, SingleWriter = true });
        Task<Completion> made = Task.Factory.StartNew(
            () => Make(prompt, sampling, random, pieces.Writer, gone.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        string id = $"local-{call}";
        try
        {
            await foreach (string piece in pieces.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return Update(id, [new TextContent(piece)]);
            }

            Completion whole = await made.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            UsageDetails usage = new()
            {
                InputTokenCount = prompt.Length,
                OutputTokenCount = whole.Tokens.Count,
                TotalTokenCount = prompt.Length + whole.Tokens.Count,
            };
            ChatResponseUpdate last = Update(id, [new UsageContent(usage)]);
            last.FinishReason = whole.End == CompletionEnd.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;
            yield return last;
        }
        finally
        {
            // The next call must find the model at rest, also where this one's reader has gone.
            await gone.CancelAsync().ConfigureAwait(false);
            await made.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
                .ConfigureAwait(false);
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(LanguageModel) ? _model
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private Completion Make(int[] prompt, SamplingOptions sampling, RandomStream random, ChannelWriter<string> pieces, CancellationToken stop)
    {
        try
        {
            return TextGenerator.Complete(_model, [prompt], sampling, random, (_, piece) => Hand(pieces, piece, stop), stop)[0];
        }
        finally
        {
            pieces.TryComplete();
        }
    }

    // A reader that is slower than the model makes it wait; one that has gone is told by the token.
    private static void Hand(ChannelWriter<string> pieces, string piece, CancellationToken stop)
    {
        while (!pieces.TryWrite(piece) && !stop.IsCancellationRequested)
        {
            try
            {
                pieces.WaitToWriteAsync(stop).AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private ChatResponseUpdate Update(string id, IList<AIContent> contents) =>
        new(ChatRole.Assistant, contents) { ResponseId = id, MessageId = id, ModelId = _model.Name };
}
