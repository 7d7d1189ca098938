using Microsoft.Extensions.AI;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Serving;

namespace Palimpsest.Tests.Cascades;

/// <summary>A cascade of other vendors' clients as one client.</summary>
public sealed class CascadeChatClientTests
{
    private static readonly ChatMessage[] s_asked = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "?")];

    [Theory]
    [InlineData("4", "4", 0, 2)]
    [InlineData("4", "5", 1, 3)]
    [InlineData("It is 4", "So 4.", 1, 3)]
    public async Task Response_ClientsThatAgree_NeverReachesTheLarge(string a, string b, int tier, int calls)
    {
        using Client first = new(a), second = new(b), large = new("L");
        using CascadeChatClient cascade = new([new([("a", first), ("b", second)]), new([("large", large)])]);
        ChatResponse response = await cascade.GetResponseAsync(s_asked, new ChatOptions { Temperature = 0.6f }, Stop);
        Assert.Equal(tier == 0 ? a : "L", response.Text);
        Assert.Equal(tier, response.AdditionalProperties!["cascade_tier"]);
        Assert.Equal(calls, response.AdditionalProperties["cascade_calls"]);
        Assert.Equal(10 * calls, response.Usage!.InputTokenCount); // every call of every member
        Assert.Equal(calls - 2, large.Calls);
        Assert.Equal(0.6f, first.Options!.Temperature);
        Assert.Equal(2, first.Messages!.Count);
    }

    [Fact]
    public async Task Response_AnswerTakenOut_IsWhatIsCompared()
    {
        using Client first = new("It is 4"), second = new("So 4."), large = new("L");
        using CascadeChatClient cascade = new([new([("a", first), ("b", second)]), new([("large", large)])], answerOf: text =>
            Palimpsest.Metrics.AnswerExtraction.LastNumber(text) ?? "");
        Assert.Equal("It is 4", (await cascade.GetResponseAsync(s_asked, cancellationToken: Stop)).Text);
    }

    [Fact]
    public async Task Stream_PassedOn_StreamsTheLargeAndAddsUpUsage()
    {
        using Client first = new("4"), second = new("5"), large = new("one two three");
        using CascadeChatClient cascade = new([new([("a", first), ("b", second)]), new([("large", large)])]);
        ChatResponse joined = await cascade.GetStreamingResponseAsync(s_asked, cancellationToken: Stop).ToChatResponseAsync(Stop);
        Assert.Equal("one two three", joined.Text);
        Assert.Equal(30, joined.Usage!.InputTokenCount);
        Assert.Equal(3, joined.AdditionalProperties!["cascade_calls"]);
        Assert.Equal(1, large.Streams);
    }

    [Fact]
    public async Task Response_MembersThatFail_ArePassedOnOrSaid()
    {
        using Client fails = new(null), second = new("4"), large = new("L");
        using CascadeChatClient cascade = new([new([("a", fails), ("b", second)]), new([("large", large)])]);
        Assert.Equal("L", (await cascade.GetResponseAsync(s_asked, cancellationToken: Stop)).Text);
        using CascadeChatClient none = new([new([("a", fails)])]);
        PalimpsestException all = await Assert.ThrowsAsync<PalimpsestException>(() => none.GetResponseAsync(s_asked, cancellationToken: Stop));
        Assert.Contains("a: out of order", all.Message, StringComparison.Ordinal);
        Assert.Throws<PalimpsestException>(() => new CascadeChatClient([new([("a", fails), ("a", second)]), new([("large", large)])]));
        Assert.Throws<PalimpsestException>(() => new CascadeChatClient([new([("a", fails)]), new([("large", large)])], AgreementRule.Score));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private sealed class Client(string? text) : IChatClient
    {
        public int Calls { get; private set; }

        public int Streams { get; private set; }

        public ChatOptions? Options { get; private set; }

        public List<ChatMessage>? Messages { get; private set; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken =
            default)
        {
            (Calls, Options, Messages) = (Calls + 1, options, [.. messages]);
            return text is null ? throw new InvalidOperationException("out of order")
                : Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, text))
                {
                    Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 1 },
                });
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null,
                [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Streams++;
            ChatResponse whole = await GetResponseAsync(messages, options, cancellationToken);
            foreach (string word in whole.Text.Split(' '))
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, word == whole.Text.Split(' ')[0] ? word : " " + word);
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(whole.Usage!)]);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
