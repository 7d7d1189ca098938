using Microsoft.Extensions.AI;
using Palimpsest.Clients;
using Palimpsest.Models;
using Palimpsest.Models.Sources;

namespace Palimpsest.Tests.Cascades;

/// <summary>A local model behind the interfaces of Microsoft.Extensions.AI: each point is one that existing .NET clients get wrong.</summary>
public sealed class LocalChatClientTests : IDisposable
{
    private static readonly ChatMessage[] s_asked = [new(ChatRole.User, "Who lives in the town?")];
    private readonly LanguageModel _model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
    private readonly LocalChatClient _client;

    public LocalChatClientTests() => _client = new LocalChatClient(_model);

    public void Dispose()
    {
        _client.Dispose();
        _model.Dispose();
    }

    [Fact]
    public async Task Response_StreamedOrWhole_IsTheSameWithUsageAndReason()
    {
        ChatOptions options = new() { MaxOutputTokens = 12, Temperature = 1, Seed = 5 };
        ChatResponse whole = await _client.GetResponseAsync(s_asked, options, Stop);
        List<ChatResponseUpdate> updates = await All(_client.GetStreamingResponseAsync(s_asked, options, Stop));
        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.NotEmpty(whole.Text);
        Assert.True(updates.Count > 2, "one update would be no stream");
        Assert.Equal(ChatFinishReason.Length, whole.FinishReason);
        Assert.Equal(12, whole.Usage!.OutputTokenCount);
        Assert.InRange(whole.Usage.InputTokenCount!.Value, 5, 60);
        Assert.Equal(EmbeddedModels.Default, whole.ModelId);
    }

    [Fact]
    public async Task Response_Options_AreFollowed()
    {
        ChatOptions drawn = new() { MaxOutputTokens = 16, Temperature = 1.5f };
        string first = (await _client.GetResponseAsync(s_asked, Seeded(1), Stop)).Text, again = (await _client.GetResponseAsync(s_asked, Seeded(1), Stop)).Text;
        string other = (await _client.GetResponseAsync(s_asked, Seeded(2), Stop)).Text;
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        // With one token to draw from, a temperature changes nothing.
        string greedy = (await _client.GetResponseAsync(s_asked, new ChatOptions { MaxOutputTokens = 16 }, Stop)).Text;
        Assert.Equal(greedy, (await _client.GetResponseAsync(s_asked, new ChatOptions { MaxOutputTokens = 16, Temperature = 1.5f, TopK = 1 }, Stop)).Text);
        Assert.Equal(greedy, (await _client.GetResponseAsync(s_asked, new ChatOptions { MaxOutputTokens = 16, Temperature = 1.5f, TopP = 1e-6f }, Stop)).Text);
        string stop = greedy.Trim()[2..5];
        ChatResponse cut = await _client.GetResponseAsync(s_asked, new ChatOptions { MaxOutputTokens = 16, StopSequences = [stop] }, Stop);
        Assert.Equal(greedy[..greedy.IndexOf(stop, StringComparison.Ordinal)], cut.Text);
        Assert.Equal(ChatFinishReason.Stop, cut.FinishReason);

        ChatOptions Seeded(long seed) => new() { MaxOutputTokens = drawn.MaxOutputTokens, Temperature = drawn.Temperature, Seed = seed };
    }

    [Fact]
    public async Task Response_WhatIsNotFollowed_IsRefusedByName()
    {
        await Refused("FrequencyPenalty", new ChatOptions { FrequencyPenalty = 1 });
        await Refused("PresencePenalty", new ChatOptions { PresencePenalty = 1 });
        await Refused("ResponseFormat", new ChatOptions { ResponseFormat = ChatResponseFormat.Json });
        await Refused("Tools", new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] });
        await Refused("ModelId", new ChatOptions { ModelId = "another" });
        await Refused("\"beams\"", new ChatOptions { AdditionalProperties = new() { ["beams"] = 4 } });
        await Refused("reads text", null, new ChatMessage(ChatRole.User, [new UriContent("https://example.org/a.png", "image/png")]));
    }

    [Fact]
    public async Task Stream_CancelledOrLeft_LeavesTheModelAtRest()
    {
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        ChatOptions endless = new() { MaxOutputTokens = 200 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate _ in _client.GetStreamingResponseAsync(s_asked, endless, gone.Token))
            {
                await gone.CancelAsync();
            }
        });
        await foreach (ChatResponseUpdate _ in _client.GetStreamingResponseAsync(s_asked, endless, Stop))
        {
            break;
        }

        Assert.NotEmpty((await _client.GetResponseAsync(s_asked, new ChatOptions { MaxOutputTokens = 4 }, Stop)).Text);
    }

    [Fact]
    public async Task Response_SeveralAtATime_EqualsOneAfterTheOther()
    {
        ChatOptions options = new() { MaxOutputTokens = 8 };
        ChatMessage[][] asked = [.. Enumerable.Range(0, 4).Select(i => new[] { new ChatMessage(ChatRole.User, $"What is the number {i}?") })];
        string[] apart = new string[asked.Length];
        for (int i = 0; i < asked.Length; i++)
        {
            apart[i] = (await _client.GetResponseAsync(asked[i], options, Stop)).Text;
        }

        ChatResponse[] together = await Task.WhenAll(asked.Select(messages => _client.GetResponseAsync(messages, options, Stop)));
        Assert.Equal(apart, together.Select(response => response.Text));
    }

    [Fact]
    public void Service_ModelAndMetadata_AreThere()
    {
        Assert.Same(_model, _client.GetService<LanguageModel>());
        Assert.Equal("palimpsest", _client.GetService<ChatClientMetadata>()!.ProviderName);
        Assert.Same(_client, _client.GetService<IChatClient>());
        Assert.Null(_client.GetService(typeof(LanguageModel), "key"));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<List<ChatResponseUpdate>> All(IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        List<ChatResponseUpdate> all = [];
        await foreach (ChatResponseUpdate update in updates)
        {
            all.Add(update);
        }

        return all;
    }

    private async Task Refused(string word, ChatOptions? options, ChatMessage? message = null)
    {
        PalimpsestException refusal = await Assert.ThrowsAsync<PalimpsestException>(() =>
            _client.GetResponseAsync(message is null ? s_asked : [message], options, Stop));
        Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
    }
}
