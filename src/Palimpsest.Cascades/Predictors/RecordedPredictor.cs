using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Recordings;

namespace Palimpsest.Cascades.Predictors;

/// <summary>A system of a recording as a member of a tier: answers at once what it answered then.</summary>
public sealed class RecordedPredictor : IPredictor
{
    private readonly Dictionary<string, MemberReply> _replies = new(StringComparer.Ordinal);
    private readonly RecordedSystem _system;

    /// <summary>A system's answers.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="system">The system's name.</param>
    /// <exception cref="PalimpsestException">There is no such system.</exception>
    public RecordedPredictor(Recording recording, string system)
    {
        ArgumentNullException.ThrowIfNull(recording);
        int place = recording.PlaceOf(system);
        _system = recording.Systems[place];
        foreach (RecordedItem item in recording.Items)
        {
            _replies[item.Question] = item.Replies[place];
        }
    }

    /// <inheritdoc/>
    public string Name => _system.Name;

    /// <inheritdoc/>
    public string Identity => _system.Identity;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public Task<MemberReply> AskAsync(string question, CancellationToken stop = default) =>
        Task.FromResult(_replies.TryGetValue(question, out MemberReply? reply)
        ? reply : MemberReply.Failed("the recording does not hold this question"));
}
