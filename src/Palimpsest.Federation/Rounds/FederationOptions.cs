using Palimpsest.Common;
using Palimpsest.Numerics.Frames;

namespace Palimpsest.Federation.Rounds;

/// <summary>Settings of a federated training.</summary>
public sealed record FederationOptions : IValidated
{
    /// <summary>Rounds of the whole federation.</summary>
    /// <value>The default is 60.</value>
    public int Rounds { get; init; } = 60;

    /// <summary>Clients of a round; their expected number where everyone is drawn for itself (Poisson).</summary>
    /// <value>The default is 10.</value>
    public int Cohort { get; init; } = 10;

    /// <summary>Clients that train side by side, each with a model of its own; 0 for one a core. The results have the same bits for any number.</summary>
    /// <value>The default is 0.</value>
    public int Workers { get; init; }

    /// <summary>Threads of a worker's operations, 0 for all cores. Sums of large matrices have the same bits for one number of threads only, so it is not
    /// derived from the number of workers; with a single worker 0 is the faster choice.</summary>
    /// <value>The default is 1.</value>
    public int Threads { get; init; } = 1;

    /// <summary>Training at a client.</summary>
    public LocalOptions Local { get; init; } = new();

    /// <summary>Whether clients count by their examples, and not alike.</summary>
    /// <value>The default is false.</value>
    public bool ByExamples { get; init; }

    /// <summary>Examples beyond this number are not counted: nobody can check what a client says, and one that lies would take the average over. 0 for no
    /// limit.</summary>
    /// <value>The default is 0.</value>
    public int MostExamples { get; init; }

    /// <summary>How vectors are written for clients.</summary>
    public FrameOptions Download { get; init; } = new();

    /// <summary>How clients write theirs.</summary>
    public FrameOptions Upload { get; init; } = new();

    /// <summary>Whether a client keeps what its update lost on the way, to masks and codecs, and adds it to the next one (<see
    /// cref="Palimpsest.Numerics.Frames.ErrorFeedback"/>). It takes a vector on each client's disk.</summary>
    /// <value>The default is false: what is not sent is forgotten.</value>
    public bool ErrorFeedback { get; init; }

    /// <summary>Rounds from one checkpoint to the next; the last round always has one.</summary>
    /// <value>The default is 1.</value>
    public int CheckpointEvery { get; init; } = 1;

    /// <summary>Rounds from one evaluation to the next; the last round always has one. 0 for no others.</summary>
    /// <value>The default is 10.</value>
    public int EvaluateEvery { get; init; } = 10;

    /// <summary>Probability that a client never answers, though it was sent everything.</summary>
    /// <value>The default is 0.</value>
    public double Dropout { get; init; }

    /// <summary>Probability that a client is done with a uniformly random part of its steps when the others have finished.</summary>
    /// <value>The default is 0.</value>
    public double Stragglers { get; init; }

    /// <summary>What becomes of stragglers.</summary>
    /// <value>The default is partial.</value>
    public StragglerRule Late { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach ((string key, int value, int least) in ((string, int, int)[])
            [("rounds", Rounds, 1), ("cohort", Cohort, 1), ("workers", Workers, 0), ("threads", Threads, 0), ("most_examples", MostExamples, 0),
             ("checkpoint_every", CheckpointEvery, 1), ("evaluate_every", EvaluateEvery, 0)])
        {
            if (value < least)
            {
                yield return $"{key} must be at least {least}, but is {value}.";
            }
        }

        if (Dropout is not (>= 0 and < 1))
        {
            yield return "dropout must be at least 0 and below 1.";
        }

        if (Stragglers is not (>= 0 and <= 1))
        {
            yield return "stragglers must lie between 0 and 1.";
        }

        if (Late == StragglerRule.Drop && Stragglers is not (> 0 and < 1))
        {
            yield return "late: drop needs stragglers above 0 and below 1: it says what becomes of them.";
        }

        if (MostExamples > 0 && !ByExamples)
        {
            yield return "most_examples belongs to by_examples: clients count alike without it.";
        }
    }
}
