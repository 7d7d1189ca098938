using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;

namespace Palimpsest.Cascades.Serving;

/// <summary>A cascade of other chat clients as one: small ones answer where they agree, larger ones where they do not.</summary>
/// <remarks>
/// The response is that of the first member that gave the answer; its usage is the sum over all calls, and its additional properties say
/// <c>cascade_tier</c>, <c>cascade_agreement</c> and <c>cascade_calls</c>. Settings of a call go to all members as they are. Answers that have to be compared
/// cannot be streamed; a last tier of one client is. Safe for several calls at a time where the members are.
/// </remarks>
public sealed class CascadeChatClient : IChatClient
{
    private readonly AgreementCascade _cascade;
    private readonly Dictionary<IPredictor, IChatClient> _clients = [];
    private readonly Func<string, string>? _answerOf;

    /// <summary>A cascade over clients.</summary>
    /// <param name="tiers">From the cheapest to the one whose answer always stands; the clients are not disposed with this object.</param>
    /// <param name="rule">What the members of a tier have to agree in: vote, token-overlap or semantic; clients give no scores.</param>
    /// <param name="answerOf">Takes out of a response what is compared, such as its last number; empty for an abstention. Null takes the text, trimmed.</param>
    /// <param name="encoder">Makes sentence vectors for the rule semantic.</param>
    /// <exception cref="PalimpsestException">A tier cannot do its part.</exception>
    public CascadeChatClient(IReadOnlyList<CascadeChatTier> tiers, AgreementRule rule = AgreementRule.Vote, Func<string, string>? answerOf = null,
        IEmbeddingGenerator<string, Embedding<float>>? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(tiers);
        if (rule == AgreementRule.Score)
        {
            throw new PalimpsestException("Chat clients do not say how sure they are, so that the rule score has nothing to go by. Take vote, token-overlap "
                + "or semantic.");
        }

        if (tiers.SelectMany(tier => tier.Members).GroupBy(member => member.Name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new PalimpsestException($"Two clients of the cascade are called \"{twice.Key}\". Give each a name of its own.");
        }

        _answerOf = answerOf;
        _cascade = new AgreementCascade([.. tiers.Select(tier => new CascadeTier
        {
            Members = [.. tier.Members.Select(Member)],
            Rule = rule,
            Threshold = tier.Threshold,
            Timeout = tier.Timeout,
            Encoder = encoder,
        })]);
    }

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">No member of the last tier answered.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken =
        default) =>
        (await AskAsync([.. messages], options, _cascade.Tiers.Count, cancellationToken).ConfigureAwait(false)).Response!;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage[] all = [.. messages];
        int last = _cascade.Tiers.Count - 1;
        bool streams = _cascade.Tiers[last].Members.Count == 1;
        (ChatResponse? response, List<TierCall> calls, ConcurrentDictionary<string, ChatResponse> given) =
            await AskAsync(all, options, streams ? last : last + 1, cancellationToken).ConfigureAwait(false);
        if (response is not null)
        {
            foreach (ChatResponseUpdate update in response.ToChatResponseUpdates())
            {
                yield return update;
            }

            yield break;
        }

        await foreach (ChatResponseUpdate update in _clients[_cascade.Tiers[last].Members[0]].GetStreamingResponseAsync(all, options, cancellationToken)
            .ConfigureAwait(false))
        {
            yield return update;
        }

        // Added up by whoever joins the updates.
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Sum(given.Values))])
        {
            AdditionalProperties = Properties(last, 1, calls.Count + 1),
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null : serviceType == typeof(AgreementCascade) ? _cascade : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The clients belong to whoever made them.
    }

    private ChatPredictor Member((string Name, IChatClient Client) member)
    {
        ChatPredictor predictor = new(member.Client, member.Name, answerOf: _answerOf);
        _clients.Add(predictor, member.Client);
        return predictor;
    }

    private async Task<(ChatResponse? Response, List<TierCall> Calls, ConcurrentDictionary<string, ChatResponse> Given)> AskAsync(
        ChatMessage[] messages, ChatOptions? options, int most, CancellationToken stop)
    {
        ConcurrentDictionary<string, ChatResponse> given = new(StringComparer.Ordinal);
        (CascadeAnswer? answer, List<TierCall> calls) = await _cascade.AnswerAsync(
            async (member, late) =>
            {
                ChatResponse response = await _clients[member].GetResponseAsync(messages, options, late).ConfigureAwait(false);
                given[member.Name] = response;
                return ChatPredictor.ReplyOf(response, _answerOf);
            }, most, stop).ConfigureAwait(false);
        if (answer is null)
        {
            return (null, calls, given);
        }

        string name = answer.Member ?? calls.Where(call => call.Tier == answer.Tier).Select(call => call.Member).FirstOrDefault(given.ContainsKey)
            ?? throw new PalimpsestException($"No member of the last tier answered: "
                + $"{string.Join("; ", calls.Where(call => call.Reply.Failure is not null).Select(call => $"{call.Member}: {call.Reply.Failure}"))}");
        ChatResponse chosen = given[name];

        // A copy: a caching client may hand the same response to others.
        return (new ChatResponse(chosen.Messages)
        {
            ResponseId = chosen.ResponseId,
            ModelId = chosen.ModelId,
            CreatedAt = chosen.CreatedAt,
            FinishReason = chosen.FinishReason,
            Usage = Sum(given.Values),
            AdditionalProperties = Properties(answer.Tier, answer.Agreement, calls.Count),
            RawRepresentation = chosen,
        }, calls, given);
    }

    private static AdditionalPropertiesDictionary Properties(int tier, double agreement, int calls) =>
        new() { ["cascade_tier"] = tier, ["cascade_agreement"] = agreement, ["cascade_calls"] = calls };

    private static UsageDetails Sum(IEnumerable<ChatResponse> responses)
    {
        UsageDetails sum = new();
        foreach (UsageDetails usage in responses.Select(response => response.Usage).OfType<UsageDetails>())
        {
            sum.Add(usage);
        }

        return sum;
    }
}
