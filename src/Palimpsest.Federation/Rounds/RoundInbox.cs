using Palimpsest.Numerics.Frames;

namespace Palimpsest.Federation.Rounds;

/// <summary>The server's end of a round: takes each answer in once, counts, and gives buffers back.</summary>
/// <param name="aggregation">Sums the contributions.</param>
/// <param name="pool">Where contributions come from.</param>
/// <param name="name">A client's name.</param>
internal sealed class RoundInbox(IAggregation aggregation, VectorPool pool, Func<int, string> name)
{
    private readonly HashSet<int> _waiting = [.. aggregation.Clients];
    private readonly List<RoundRefusal> _refusals = [];
    private double _loss;
    private int _losses;

    /// <summary>Contributions that are part of the sum.</summary>
    public int Answered { get; private set; }

    /// <summary>Clients that never answered.</summary>
    public int Dropped { get; private set; }

    /// <summary>Clients without data.</summary>
    public int Empty { get; private set; }

    /// <summary>Optimizer steps of all answers.</summary>
    public long Steps { get; private set; }

    /// <summary>What was not taken in.</summary>
    public IReadOnlyList<RoundRefusal> Refusals => _refusals;

    /// <summary>Mean loss of the answers; NaN without any.</summary>
    public double Loss => _loss / _losses;

    /// <summary>Bytes to clients.</summary>
    public Traffic Download { get; private set; }

    /// <summary>Bytes from clients.</summary>
    public Traffic Upload { get; private set; }

    /// <summary>Takes an answer.</summary>
    /// <param name="answer">Its contribution goes back to the pool.</param>
    /// <returns>Whether it is part of the sum.</returns>
    public bool Take(ClientAnswer answer)
    {
        Download += answer.Download;
        Upload += answer.Upload;
        if (!_waiting.Remove(answer.Client))
        {
            answer = answer with { Outcome = ClientOutcome.Refused, Reason = "It was not asked in this round, or has answered before." };
        }

        switch (answer.Outcome)
        {
            case ClientOutcome.Dropped:
                Dropped++;
                break;
            case ClientOutcome.Empty:
                Empty++;
                break;
            case ClientOutcome.Refused:
                _refusals.Add(new RoundRefusal(answer.Client, name(answer.Client), answer.Reason));
                break;
            default:
                Add(answer);
                break;
        }

        if (answer.Contribution is not null)
        {
            pool.Return(answer.Contribution);
        }

        return answer.Outcome == ClientOutcome.Answered;
    }

    private void Add(ClientAnswer answer)
    {
        aggregation.Add(answer.Client, answer.Contribution, answer.Weight);
        Answered++;
        Steps += answer.Result.Steps;
        if (double.IsFinite(answer.Result.Loss))
        {
            _loss += answer.Result.Loss;
            _losses++;
        }
    }
}
