using System.Diagnostics;
using Palimpsest.Cascades.Agreement;

namespace Palimpsest.Cascades.Predictors;

/// <summary>A model in this process: asked on a thread of the pool, one question at a time, since a model is not to be entered twice.</summary>
/// <param name="name">Name in reports and prices.</param>
/// <param name="identity">What sets the model apart, such as a hash of its weights.</param>
/// <param name="labels">What it chooses from; none for free answers.</param>
public abstract class LocalPredictor(string name, string identity, IReadOnlyList<string> labels) : IPredictor
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Identity => identity;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => labels;

    /// <inheritdoc/>
    public Task<MemberReply> AskAsync(string question, CancellationToken stop = default) => Task.Run(() =>
    {
        lock (Gate)
        {
            stop.ThrowIfCancellationRequested();
            return Timed(question, stop);
        }
    }, stop);

    /// <summary>Answers on the caller's thread; the caller sees to it that nobody else asks meanwhile.</summary>
    /// <param name="question">The question.</param>
    /// <param name="stop">Gives up.</param>
    internal MemberReply Timed(string question, CancellationToken stop = default)
    {
        long clock = Stopwatch.GetTimestamp();
        MemberReply reply = Ask(question, stop);
        return reply with { Usage = reply.Usage with { Seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds } };
    }

    /// <summary>Held while a question is answered; predictors on one model share the model's.</summary>
    protected virtual object Gate => this;

    /// <summary>Answers a question; the time is taken outside.</summary>
    /// <param name="question">The question.</param>
    /// <param name="stop">Gives up.</param>
    protected abstract MemberReply Ask(string question, CancellationToken stop);
}
