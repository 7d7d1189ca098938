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
    private int _dropped;
    private int _empty;
    private long _steps;
    private Traffic _download;
    private Traffic _upload;

    /// <summary>Contributions that are part of the sum.</summary>
    public int Answered { get; private set; }

    /// <summary>What was not taken in.</summary>
    public IReadOnlyList<RoundRefusal> Refusals => _refusals;

    /// <summary>Takes an answer.</summary>
    /// <param name="answer">Its contribution goes back to the pool.</param>
    /// <returns>Whether it is part of the sum.</returns>
    public bool Take(ClientAnswer answer)
    {
        _download += answer.Download;
        _upload += answer.Upload;
        if (!_waiting.Remove(answer.Client))
        {
            answer = answer with { Outcome = ClientOutcome.Refused, Reason = "It was not asked in this round, or has answered before." };
        }

        switch (answer.Outcome)
        {
            case ClientOutcome.Dropped:
                _dropped++;
                break;
            case ClientOutcome.Empty:
                _empty++;
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

    /// <summary>The figures of the round.</summary>
    /// <param name="taken">Rounds taken, this one included.</param>
    /// <param name="parts">The federation.</param>
    /// <param name="norm">Length of the average update.</param>
    /// <param name="total">Bytes since the beginning.</param>
    /// <param name="own">Seconds of this round.</param>
    /// <param name="seconds">Seconds of all rounds.</param>
    public RoundProgress Progress(int taken, FederationParts parts, double norm, Traffic total, double own, double seconds) => new()
    {
        Round = taken,
        Rounds = parts.Options.Rounds,
        Asked = aggregation.Clients.Count,
        Answered = Answered,
        Dropped = _dropped,
        Empty = _empty,
        Refusals = _refusals,
        Loss = _loss / _losses,
        Steps = _steps,
        UpdateNorm = norm,
        Download = _download,
        Upload = _upload,
        Total = total,
        Seconds = seconds,
        ClientsPerSecond = aggregation.Clients.Count / own,
        Privacy = parts.Aggregator.Statement,
    };

    private void Add(ClientAnswer answer)
    {
        aggregation.Add(answer.Client, answer.Contribution, answer.Weight);
        Answered++;
        _steps += answer.Result.Steps;
        if (double.IsFinite(answer.Result.Loss))
        {
            _loss += answer.Result.Loss;
            _losses++;
        }
    }
}
