using Palimpsest.Common;

namespace Palimpsest.Cascades.Recordings;

/// <summary>Answers of several systems to the same questions: what cascades are calibrated and compared on, without asking anyone again.</summary>
/// <param name="Name">Where it comes from.</param>
/// <param name="Systems">The systems, in the order of the replies.</param>
/// <param name="Items">The questions.</param>
public sealed record Recording(string Name, IReadOnlyList<RecordedSystem> Systems, IReadOnlyList<RecordedItem> Items)
{
    /// <summary>The place of a system.</summary>
    /// <param name="system">Its name.</param>
    /// <exception cref="PalimpsestException">There is no such system.</exception>
    public int PlaceOf(string system)
    {
        int place = Systems.ToList().FindIndex(known => known.Name == system);
        string? near = place < 0 ? NearestName.Find(system, Systems.Select(known => known.Name)) : null;
        return place >= 0 ? place : throw new PalimpsestException($"{Name}: holds no answers of \"{system}\". "
            + $"{(near is null ? "" : $"Did you mean \"{near}\"? ")}There are: {string.Join(", ", Systems.Select(known => known.Name))}.");
    }

    /// <summary>How many systems give a question the same answer and are judged differently, over all questions: what a vote then counts as right is the
    /// judgement of the first.</summary>
    public int Contradictions => Items.Count(item => Enumerable.Range(0, Systems.Count).Where(i => item.Replies[i].Answer.Length > 0)
        .GroupBy(i => item.Replies[i].Answer, StringComparer.Ordinal).Any(group => group.Select(i => item.Right[i]).Distinct().Count() > 1));

    /// <summary>Puts the answers of several systems to the same questions together.</summary>
    /// <param name="name">What the whole is called.</param>
    /// <param name="parts">At least one, with the same questions in the same order.</param>
    internal static Recording Join(string name, IReadOnlyList<Recording> parts) => new Recording(name, [.. parts.SelectMany(part => part.Systems)],
        [.. parts[0].Items.Select((item, i) => item with
        {
            Replies = [.. parts.SelectMany(part => part.Items[i].Replies)],
            Right = [.. parts.SelectMany(part => part.Items[i].Right)],
        })]).Checked();

    /// <summary>The items that are meant to be compared together.</summary>
    /// <exception cref="PalimpsestException">There are too few, or two systems have the same name.</exception>
    internal Recording Checked()
    {
        if (Items.Count == 0 || Systems.Count == 0)
        {
            throw new PalimpsestException($"{Name}: holds no answers. Give at least one question with the answers of two systems.");
        }

        string? twice = Systems.GroupBy(system => system.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? this : throw new PalimpsestException($"{Name}: two systems are called \"{twice}\". Give each a name of its own.");
    }
}
