using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Palimpsest.Cascades.Agreement;

/// <summary>A cascade of ensembles: each tier answers where its members agree, and passes the question on to the next where they do not.</summary>
/// <remarks>
/// Kolawole et al., Agreement-Based Cascading for Efficient Inference, TMLR 2025 (arXiv 2407.02348). Needs no training. Safe for several questions at a
/// time. Members are asked side by side, so a tier takes as long as its slowest member; but each of them is billed, also where the tier passes the
/// question on.
/// </remarks>
public sealed class AgreementCascade
{
    private readonly IReadOnlyList<CascadeTier> _tiers;

    /// <summary>A cascade over tiers.</summary>
    /// <param name="tiers">From the cheapest to the one whose answer always stands.</param>
    /// <exception cref="PalimpsestException">A tier cannot do its part, or members choose from different labels.</exception>
    public AgreementCascade(IReadOnlyList<CascadeTier> tiers)
    {
        ArgumentNullException.ThrowIfNull(tiers);
        if (tiers.Count == 0)
        {
            throw new PalimpsestException("A cascade needs at least one tier.");
        }

        for (int i = 0; i < tiers.Count; i++)
        {
            tiers[i].Check(i + 1, isLast: i == tiers.Count - 1);
        }

        IPredictor[] members = [.. tiers.SelectMany(tier => tier.Members)];
        foreach (IPredictor member in members)
        {
            if (!member.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(members[0].Labels))
            {
                throw new PalimpsestException($"\"{members[0].Name}\" chooses from [{string.Join(", ", members[0].Labels)}] and \"{member.Name}\" from "
                    + $"[{string.Join(", ", member.Labels)}]: their answers could not be compared. Take models of the same labels.");
            }
        }

        _tiers = [.. tiers];
    }

    /// <summary>The tiers.</summary>
    public IReadOnlyList<CascadeTier> Tiers => _tiers;

    // for i in 1..n: y_j = predict(model_ij, x) for all j; accept if the agreement reaches θ_i, or i = n
    /// <summary>Answers a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="stop">Gives up; the calls under way are told.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<CascadeAnswer> AnswerAsync(string question, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        (CascadeAnswer? answer, _) = await AnswerAsync((member, late) => member.AskAsync(question, late), _tiers.Count, stop).ConfigureAwait(false);
        return answer!;
    }

    /// <summary>Lets the first tiers answer.</summary>
    /// <param name="ask">Asks a member.</param>
    /// <param name="most">How many tiers are asked.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The answer, or null if none of these tiers keeps its own and there are further ones; and all calls.</returns>
    internal async Task<(CascadeAnswer? Answer, List<TierCall> Calls)> AnswerAsync(
        Func<IPredictor, CancellationToken, Task<MemberReply>> ask, int most, CancellationToken stop)
    {
        long clock = Stopwatch.GetTimestamp();
        List<TierCall> calls = [];
        for (int i = 0; i < most; i++)
        {
            CascadeTier tier = _tiers[i];
            MemberReply[] replies = await Task.WhenAll(tier.Members.Select(member => AskAsync(member, ask, tier.Timeout, stop))).ConfigureAwait(false);
            for (int j = 0; j < replies.Length; j++)
            {
                calls.Add(new TierCall(i, tier.Members[j].Name, replies[j]));
            }

            float[][]? vectors = tier.Rule == AgreementRule.Semantic ? await VectorsAsync(tier.Encoder!, replies, stop).ConfigureAwait(false) : null;
            TierAgreement agreement = TierAgreement.Of(tier.Rule, replies, vectors);
            if (i == _tiers.Count - 1 || agreement.IsAccepted(tier.Threshold))
            {
                double seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
                string? member = agreement.Member < 0 ? null : tier.Members[agreement.Member].Name;
                return (new() { Answer = agreement.Answer, Tier = i, Member = member, Agreement = agreement.Value, Calls = calls, Seconds = seconds }, calls);
            }
        }

        return (null, calls);
    }

    private static async Task<float[][]> VectorsAsync(IEmbeddingGenerator<string, Embedding<float>> encoder, MemberReply[] replies, CancellationToken stop)
    {
        GeneratedEmbeddings<Embedding<float>> made = await encoder.GenerateAsync(replies.Select(reply => reply.Answer), cancellationToken: stop)
            .ConfigureAwait(false);
        return [.. made.Select(vector => vector.Vector.ToArray())];
    }

    private static async Task<MemberReply> AskAsync(
        IPredictor member, Func<IPredictor, CancellationToken, Task<MemberReply>> ask, TimeSpan timeout, CancellationToken stop)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            Task<MemberReply> asked = ask(member, late.Token);
            return asked.IsCompletedSuccessfully ? asked.Result : await asked.WaitAsync(timeout, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeoutException)
        {
            await late.CancelAsync().ConfigureAwait(false);
            return MemberReply.Failed($"no answer within {timeout.TotalSeconds:0.###} s");
        }
#pragma warning disable CA1031 // One member of many: a tier goes on without it, whatever went wrong, and the reply says what.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            return MemberReply.Failed(problem.Message);
        }
    }
}
