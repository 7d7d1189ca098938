using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ChatCascade;

/// <summary>Stands in for a vendor's client, such as one of Microsoft.Extensions.AI.OpenAI: any IChatClient can be a member of a cascade.</summary>
internal sealed class Vendor(string name, Func<string, string> answer) : IChatClient
{
    public int Calls { get; private set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Calls++;
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer(messages.Last().Text)))
        {
            ModelId = name,
            FinishReason = ChatFinishReason.Stop,
            Usage = new UsageDetails { InputTokenCount = 12, OutputTokenCount = 2, TotalTokenCount = 14 },
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata)
        ? new ChatClientMetadata(name, null, name) : null;

    public void Dispose()
    {
    }
}
