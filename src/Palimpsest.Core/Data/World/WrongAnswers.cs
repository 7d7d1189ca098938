using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>Draws plausible wrong answers.</summary>
internal static class WrongAnswers
{
    public const int Count = 7;
    private const int MostSiblings = 2;

    /// <summary>Different values of the relation, none equal to the answer; up to two of the <paramref name="siblings"/> first.</summary>
    public static string[] Draw(Relation relation, string answer, IReadOnlyList<string> siblings, RandomStream random)
    {
        string[] others = [.. siblings.Where(value => value != answer).Distinct()];
        random.Shuffle(others.AsSpan());
        List<string> wrong = [.. others.Take(MostSiblings)];
        while (wrong.Count < Count)
        {
            string value = random.Pick(relation.Values);
            if (value != answer && !wrong.Contains(value))
            {
                wrong.Add(value);
            }
        }

        return [.. wrong];
    }
}
