using System.Text.RegularExpressions;
using Palimpsest.Numerics;

namespace Palimpsest.Training.Optimizers;

/// <summary>The parts of a flat vector that an optimizer treats alike.</summary>
/// <param name="RateFactor">Factor of the learning rate.</param>
/// <param name="WeightDecay">Weight decay.</param>
/// <param name="Runs">Offset and count of each part; neighbours are one.</param>
internal sealed record ParameterSet(double RateFactor, double WeightDecay, IReadOnlyList<(long Offset, long Count)> Runs)
{
    /// <summary>The sets that groups of parameters make, without the frozen ones, in the order of the vector. Without groups there are at most two: matrices, and what does not decay.</summary>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="weightDecay">Of parameters whose group says nothing else.</param>
    /// <param name="decayAll">Whether that holds for norms and biases too.</param>
    /// <param name="takes">Which of the parameters are meant; null for all.</param>
    /// <exception cref="PalimpsestException">A group matches nothing, or nothing is left to train.</exception>
    public static IReadOnlyList<ParameterSet> Of(ParameterLayout layout, IReadOnlyList<ParameterGroup>? groups, double weightDecay, bool decayAll,
        Func<ParameterSlot, bool>? takes = null)
    {
        OrderedDictionary<(double Factor, double Decay), List<(long Offset, long Count)>> sets = [];
        foreach ((ParameterSlot slot, double factor, double decay) in Slots(layout, groups, weightDecay, decayAll)
            .Where(item => takes?.Invoke(item.Slot) != false))
        {
            (double, double) key = (factor, decay);
            if (!sets.TryGetValue(key, out List<(long Offset, long Count)>? runs))
            {
                sets.Add(key, runs = []);
            }

            if (runs.Count > 0 && runs[^1].Offset + runs[^1].Count == slot.Offset)
            {
                runs[^1] = (runs[^1].Offset, runs[^1].Count + slot.Count);
            }
            else
            {
                runs.Add((slot.Offset, slot.Count));
            }
        }

        return [.. sets.Select(set => new ParameterSet(set.Key.Factor, set.Key.Decay, set.Value))];
    }

    /// <summary>The parameters that are not frozen, each with its factor of the learning rate and its weight decay, in the order of the vector.</summary>
    /// <inheritdoc cref="Of"/>
    public static IReadOnlyList<(ParameterSlot Slot, double RateFactor, double WeightDecay)> Slots(ParameterLayout layout,
        IReadOnlyList<ParameterGroup>? groups, double weightDecay, bool decayAll)
    {
        (ParameterSlot Slot, ParameterGroup? Group)[] chosen =
            [.. layout.Slots.Zip(Choose(layout, groups ?? [])).Where(pair => pair.Second is not { Frozen: true })];
        return chosen.Length > 0
            ? [.. chosen.Select(pair =>
                (pair.Slot, pair.Group?.LearningRateFactor ?? 1, pair.Group?.WeightDecay ?? (decayAll || pair.Slot.Shape.Count >= 2 ? weightDecay : 0)))]
            : throw new PalimpsestException("train.groups: every parameter is frozen, so there is nothing to train. Narrow a match.");
    }

    /// <summary>The parameters that groups freeze.</summary>
    /// <exception cref="PalimpsestException">A group matches nothing.</exception>
    public static IEnumerable<ParameterSlot> Frozen(ParameterLayout layout, IReadOnlyList<ParameterGroup> groups) => layout.Slots.Zip(Choose(layout, groups)).Where(pair => pair.Second is { Frozen: true }).Select(pair => pair.First);

    private static ParameterGroup?[] Choose(ParameterLayout layout, IReadOnlyList<ParameterGroup> groups)
    {
        Regex[] patterns = [.. groups.Select(group => group.Pattern())];
        ParameterGroup?[] chosen = [.. layout.Slots.Select(slot => Array.FindIndex(patterns, pattern => pattern.IsMatch(slot.Name)) is >= 0 and int index ? groups[index] : null)];
        return groups.FirstOrDefault(group => !chosen.Any(found => ReferenceEquals(found, group))) is ParameterGroup idle
            ? throw new PalimpsestException($"train.groups: no parameter is left for \"{idle.Match}\". There are {layout.Slots.Count}, such as {string.Join(", ", layout.Slots.Take(3).Select(slot => slot.Name))}; groups before it may have taken those that it matches.")
            : chosen;
    }
}
