using Microsoft.Extensions.AI;
using Palimpsest.Cascades.Agreement;

namespace Palimpsest.Cascades.Predictors;

/// <summary>Any vendor's chat client as a member of a tier.</summary>
/// <param name="client">The client; not disposed with this object.</param>
/// <param name="name">Name in reports and prices.</param>
/// <param name="identity">What sets the model apart; null takes what the client says of its provider and model, and the name.</param>
/// <param name="options">Settings of every call; null for the client's.</param>
/// <param name="answerOf">Takes the answer out of the text; empty for an abstention. Null takes the text, trimmed.</param>
public sealed class ChatPredictor(
    IChatClient client, string name, string? identity = null, ChatOptions? options = null, Func<string, string>? answerOf = null) : IPredictor
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Identity { get; } = identity ?? (client.GetService<ChatClientMetadata>() is { DefaultModelId: string model } known
        ? $"{known.ProviderName}/{options?.ModelId ?? model}" : name);

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public async Task<MemberReply> AskAsync(string question, CancellationToken stop = default)
    {
        long clock = System.Diagnostics.Stopwatch.GetTimestamp();
        ChatResponse response = await client.GetResponseAsync(new ChatMessage(ChatRole.User, question), options, stop).ConfigureAwait(false);
        return ReplyOf(response, answerOf) is var reply
            ? reply with { Usage = reply.Usage with { Seconds = System.Diagnostics.Stopwatch.GetElapsedTime(clock).TotalSeconds } } : reply;
    }

    /// <summary>A response as a reply.</summary>
    internal static MemberReply ReplyOf(ChatResponse response, Func<string, string>? answerOf) => new()
    {
        Answer = answerOf is null ? response.Text.Trim() : answerOf(response.Text),
        Usage = new CallUsage { InputTokens = response.Usage?.InputTokenCount, OutputTokens = response.Usage?.OutputTokenCount },
    };
}
