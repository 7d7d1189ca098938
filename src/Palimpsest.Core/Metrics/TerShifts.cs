namespace Palimpsest.Metrics;

/// <summary>The greedy search for block moves behind <see cref="Ter"/>.</summary>
internal static class TerShifts
{
    /// <summary>The most words of a text; time grows with the square of their number for each move tried, of which there are at most 1,000 or so.</summary>
    public const int MaximumWords = 1_000;

    private const int LongestBlock = 10;
    private const int LongestMove = 50;
    private const int MostCandidates = 1_000;

    /// <summary>Number of edits, moves included, that turn a hypothesis into a reference.</summary>
    /// <param name="hypothesis">Words.</param>
    /// <param name="reference">Words.</param>
    /// <exception cref="PalimpsestException">A text has more than <see cref="MaximumWords"/> words.</exception>
    public static int Edits(IReadOnlyList<string> hypothesis, IReadOnlyList<string> reference)
    {
        ArgumentNullException.ThrowIfNull(hypothesis);
        ArgumentNullException.ThrowIfNull(reference);
        if (hypothesis.Count > MaximumWords || reference.Count > MaximumWords)
        {
            throw new PalimpsestException($"Edit rates compare texts of at most {MaximumWords} words, not {hypothesis.Count} and {reference.Count}. Compare sentence by sentence.");
        }

        // Words become numbers once: they are compared many times.
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        int[] words = [.. hypothesis.Select(Number)], wanted = [.. reference.Select(Number)];
        int shifts = 0, candidates = 0;
        while (wanted.Length > 0 && BestShift(words, wanted, ref candidates) is int[] shifted)
        {
            words = shifted;
            shifts++;
        }

        return shifts + new TerAlignment(words, wanted).Distance;

        int Number(string word)
        {
            if (!numbers.TryGetValue(word, out int number))
            {
                numbers.Add(word, number = numbers.Count);
            }

            return number;
        }
    }

    // The move that saves most edits; then the longest block, the leftmost block and the leftmost target. Null if none saves any, or too many have been tried.
    private static int[]? BestShift(int[] words, int[] wanted, ref int candidates)
    {
        TerAlignment alignment = new(words, wanted);
        (int Saved, int Length, int Start, int Target) best = (int.MinValue, 0, 0, 0);
        int[]? result = null;
        foreach ((int start, int place, int length) in CommonBlocks(words, wanted))
        {
            // Only blocks that are wrong where they are, for places that are not yet right.
            bool needless = !alignment.HypothesisWrong.AsSpan(start, length).Contains(true) || !alignment.ReferenceWrong.AsSpan(place, length).Contains(true);
            int aligned = alignment.Position[place];
            if (needless || (aligned >= start && aligned < start + length))
            {
                continue;
            }

            int previous = -1;
            for (int offset = -1; offset < length; offset++)
            {
                int target = place + offset == -1 ? 0 : alignment.Position[place + offset] + 1;
                if (target == previous)
                {
                    continue;
                }

                previous = target;
                candidates++;
                int[] shifted = Shift(words, start, length, target);
                (int Saved, int Length, int Start, int Target) rank = (alignment.Distance - new TerAlignment(shifted, wanted).Distance, length, -start, -target);
                if (rank.CompareTo(best) > 0)
                {
                    best = rank;
                    result = shifted;
                }
            }

            if (candidates >= MostCandidates)
            {
                break;
            }
        }

        return candidates < MostCandidates && best.Saved > 0 ? result : null;
    }

    private static IEnumerable<(int Start, int Place, int Length)> CommonBlocks(int[] words, int[] wanted)
    {
        for (int start = 0; start < words.Length; start++)
        {
            for (int place = Math.Max(0, start - LongestMove); place <= Math.Min(wanted.Length - 1, start + LongestMove); place++)
            {
                for (int length = 0; length < LongestBlock && start + length < words.Length && place + length < wanted.Length && words[start + length] == wanted[place + length];)
                {
                    yield return (start, place, ++length);
                }
            }
        }
    }

    // Moves a block so that it stands before what was at the target; a target inside the block counts from behind it.
    private static int[] Shift(int[] words, int start, int length, int target)
    {
        ReadOnlySpan<int> all = words, block = all.Slice(start, length);
        if (target < start)
        {
            return [.. all[..target], .. block, .. all[target..start], .. all[(start + length)..]];
        }

        int end = Math.Min(target > start + length ? target : length + target, all.Length);
        return [.. all[..start], .. all[(start + length)..end], .. block, .. all[end..]];
    }
}
