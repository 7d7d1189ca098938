using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Deletes owners one after the other from the exact sum, and asks at some points: those who stay, those who left, and whether the bits are those of a sum that never held the latter.</summary>
/// <param name="count">Number of owners.</param>
/// <param name="seed">Decides their order.</param>
internal sealed class DeletionCourse(int count, long seed)
{
    private const int Quarters = 4;

    /// <summary>The owners in the order in which they leave.</summary>
    public int[] Order { get; } = Shuffled(count, seed);

    /// <summary>Runs it.</summary>
    /// <param name="exam">Asks.</param>
    /// <param name="asked">The owners that are asked.</param>
    /// <param name="vectors">As they were added.</param>
    /// <param name="again">Vectors made again, which are subtracted where they are there.</param>
    /// <param name="points">How many have left at each point; every quarter where it is empty.</param>
    /// <exception cref="PalimpsestException">A vector came out otherwise than it was added.</exception>
    public IReadOnlyList<SiftDeletion> Run(OwnerExam exam, IReadOnlyCollection<int> asked, FileTaskVectors vectors, FileTaskVectors again, IReadOnlyList<int> points)
    {
        long length = vectors.Layout.Count;
        using FixedPointAccumulator sum = vectors.Sum();
        List<SiftDeletion> course = [];
        int gone = 0;
        foreach (int point in points.Count > 0 ? points.Append(0).Distinct().Order() : Enumerable.Range(0, Quarters + 1).Select(quarter => count * quarter / Quarters).Distinct())
        {
            for (; gone < point; gone++)
            {
                sum.Subtract(0, Leaving(Order[gone], vectors, again));
            }

            // The fresh sum takes them in another order on purpose.
            using FixedPointAccumulator fresh = new(length);
            foreach (int owner in Order.Skip(gone).Reverse())
            {
                fresh.Add(0, vectors.All(owner));
            }

            float[] merged = SiftServing.Maskless(sum, count - gone);
            double[] stay = [.. Order.Skip(gone).Where(asked.Contains).Select(owner => exam.AskProbability(owner, new(merged, vectors.Mask(owner))))];
            double[] left = [.. Order.Take(gone).Where(asked.Contains).Select(owner => exam.AskProbability(owner, new(merged)))];
            course.Add(new SiftDeletion(gone, Mean(stay), Mean([.. stay, .. left]), Mean(left), sum.ContentHash() == fresh.ContentHash()));
        }

        return course;
    }

    private static int[] Shuffled(int count, long seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new RandomStream(seed, "sift", "deletions").Shuffle<int>(order);
        return order;
    }

    private static float[] Leaving(int owner, FileTaskVectors vectors, FileTaskVectors again)
    {
        if (!again.Has(owner))
        {
            return vectors.All(owner);
        }

        float[] made = again.All(owner);
        return made.AsSpan().SequenceEqual(vectors.All(owner)) ? made : throw new PalimpsestException($"The vector of owner {owner} came out otherwise when it was made again, so it cannot be deleted: the training is not deterministic here.");
    }

    // JSON has no NaN; -1 says that nobody was left to ask.
    private static double Mean(double[] values) => values.Length > 0 ? values.Average() : -1;
}
