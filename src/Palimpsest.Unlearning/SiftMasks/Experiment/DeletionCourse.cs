using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Deletes owners one quarter after the other from the exact sum, and asks after each: those who stay, those who left, and whether the bits are those of a sum that never held the latter.</summary>
internal static class DeletionCourse
{
    private const int Points = 4;

    public static IReadOnlyList<SiftDeletion> Run(OwnerExam exam, SiftArms arms, FileTaskVectors vectors, int count, long seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new RandomStream(seed, "sift", "deletions").Shuffle<int>(order);
        HashSet<int> asked = [.. arms.Asked(count)];
        long length = vectors.Layout.Count;
        using FixedPointAccumulator sum = new(length);
        foreach (int owner in Enumerable.Range(0, count))
        {
            sum.Add(0, vectors.All(owner));
        }

        List<SiftDeletion> points = [];
        int gone = 0;
        for (int point = 0; point <= Points; point++)
        {
            for (; gone < count * point / Points; gone++)
            {
                sum.Subtract(0, vectors.All(order[gone]));
            }

            // The fresh sum takes them in another order on purpose.
            using FixedPointAccumulator fresh = new(length);
            foreach (int owner in order.Skip(gone).Reverse())
            {
                fresh.Add(0, vectors.All(owner));
            }

            float[] merged = new float[length];
            sum.Read(0, merged, Math.Max(1, count - gone));
            double[] stay = [.. order.Skip(gone).Where(asked.Contains).Select(owner => exam.Ask(owner, SiftArms.Masked(merged, vectors, owner, 1)).Probability)];
            double[] left = [.. order.Take(gone).Where(asked.Contains).Select(owner => exam.Ask(owner, merged).Probability)];
            points.Add(new SiftDeletion(gone, Mean(stay), Mean([.. stay, .. left]), Mean(left), sum.ContentHash() == fresh.ContentHash()));
        }

        return points;
    }

    // JSON has no NaN; -1 says that nobody was left to ask.
    private static double Mean(double[] values) => values.Length > 0 ? values.Average() : -1;
}
