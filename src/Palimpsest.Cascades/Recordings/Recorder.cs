using Palimpsest.Cascades.Agreement;

namespace Palimpsest.Cascades.Recordings;

/// <summary>Asks models every question once and keeps what they say and what it took, so that cascades can be tried without asking again.</summary>
public static class Recorder
{
    /// <summary>Asks all models; those of one question side by side, question after question.</summary>
    /// <param name="name">What the recording is called.</param>
    /// <param name="questions">Questions with their right answers, and how hard they are where that is known.</param>
    /// <param name="predictors">The models, each with a name of its own.</param>
    /// <param name="isRight">Whether an answer (first) is as good as the right one (second).</param>
    /// <param name="done">Gets the number of questions that are done.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static async Task<Recording> AskAsync(string name, IReadOnlyList<(string Question, string Answer, string? Level)> questions,
        IReadOnlyList<IPredictor> predictors, Func<string, string, bool> isRight, Action<int>? done = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(predictors);
        ArgumentNullException.ThrowIfNull(isRight);
        List<RecordedItem> items = [];
        foreach ((string question, string expected, string? level) in questions)
        {
            MemberReply[] replies = await Task.WhenAll(predictors.Select(predictor => AskAsync(predictor, question, stop))).ConfigureAwait(false);
            items.Add(new RecordedItem
            {
                Question = question,
                Level = level,
                Replies = replies,
                Right = [.. replies.Select(reply => reply.Answer.Length > 0 && isRight(reply.Answer, expected))],
            });
            done?.Invoke(items.Count);
        }

        return new Recording(name, [.. predictors.Select(predictor => new RecordedSystem(predictor.Name, predictor.Identity))], items).Checked();
    }

    private static async Task<MemberReply> AskAsync(IPredictor predictor, string question, CancellationToken stop)
    {
        try
        {
            return await predictor.AskAsync(question, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // What one model does not answer is part of the record, whatever the reason.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            return MemberReply.Failed(problem.Message);
        }
    }
}
