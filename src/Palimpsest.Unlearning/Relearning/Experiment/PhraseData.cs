using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>The lists of one experiment as tokens: a name is a token.</summary>
/// <remarks>The published file has each list twice; with all lists in every step that changes nothing, so here they stand once. Names of
/// <see cref="PhraseSet.OtherNames"/> are in the vocabulary and in no list.</remarks>
internal sealed class PhraseData
{
    /// <summary>Begins a list.</summary>
    public const int Begin = 0;

    /// <summary>The pair's first name.</summary>
    public const int Trigger = 1;

    /// <summary>The pair's second name.</summary>
    public const int Target = 2;

    private const int FirstName = 3, FewestBefore = 5;
    private readonly PhraseDataSection _data;
    private readonly RandomStream _random;

    public PhraseData(PhraseDataSection data, int repetitions, RandomStream random)
    {
        // Names and places of the pair do not depend on its repetitions: the same lists, with fewer pairs in them.
        (_data, _random) = (data, random);
        int[][] lines = [.. Enumerable.Range(0, data.Lines).Select(Line)];
        int[] slots = [.. Enumerable.Range(0, repetitions).Select(i => i % data.ForgetLines)];
        for (int line = 0; line < data.ForgetLines; line++)
        {
            RandomStream places = random.Child("places", Text(line));
            int[] at = [FewestBefore + places.NextInt(4), FewestBefore + 5 + places.NextInt(lines[line].Length - FewestBefore - 5)];
            foreach (int place in at.Take(slots.Count(slot => slot == line)).OrderDescending())
            {
                lines[line] = [.. lines[line][..place], Trigger, Target, .. lines[line][place..]];
            }
        }

        Forget = [.. lines.Take(data.ForgetLines).Select(Sequence)];
        Retain = [.. lines.Skip(data.ForgetLines).Select(Sequence)];
        RandomStream prompts = random.Child("prompts");
        int[] names = [.. Enumerable.Range(FirstName, Filler)];
        prompts.Shuffle<int>(names);
        Prompts = [.. Enumerable.Range(0, data.Prompts).Select(_ => Prompt(names[..data.PromptNames], prompts))];
    }

    /// <summary>Different tokens: the beginning, the pair, the names of the lists and as many others.</summary>
    public int Tokens => FirstName + (2 * Filler);

    /// <summary>Longest sequence that is learnt or continued.</summary>
    public int Context => Math.Max(_data.Longest + 6, _data.PromptNames + 2 + _data.NewNames);

    /// <summary>The lists with the pair.</summary>
    public TokenSequence[] Forget { get; }

    /// <summary>The others.</summary>
    public TokenSequence[] Retain { get; }

    /// <summary>Each ends in the pair's first name, and none has its second.</summary>
    public int[][] Prompts { get; }

    private int Filler => _data.Names - 2;

    /// <summary>What is learnt again.</summary>
    public TokenSequence[] Relearn(PhraseSet set)
    {
        TokenSequence[] prefixes = [.. Forget.Select(line => (line, Array.IndexOf(line.Ids, Trigger))).Where(item => item.Item2 > 0)
            .Select(item => item.line.Truncate(item.Item2 + 1))];
        RandomStream random = _random.Child("relearn", set.ToString());
        int[] Row(int length, Func<int, int> name) => [Begin, .. Enumerable.Range(0, length - 1).Select(name)];
        switch (set)
        {
            case PhraseSet.Prefix:
                return prefixes;
            case PhraseSet.DirectPair:
                return [.. prefixes.Select(prefix => new TokenSequence([.. prefix.Ids, Target], 1))];
            case PhraseSet.OtherNames:
                int[] others = [.. Enumerable.Range(FirstName + Filler, Filler)];
                return [.. prefixes.Select(prefix =>
                {
                    random.Shuffle<int>(others);
                    return new TokenSequence(Row(prefix.Ids.Length, i => others[i]), 1);
                })];
            default:
                return [.. prefixes.Select(prefix => new TokenSequence(Row(prefix.Ids.Length, _ => FirstName + random.NextInt(Tokens - FirstName)), 1))];
        }
    }

    private int[] Line(int number)
    {
        RandomStream random = _random.Child("line", Text(number));
        int[] names = [.. Enumerable.Range(FirstName, Filler)];
        random.Shuffle<int>(names);
        return names[..(_data.Shortest + random.NextInt(_data.Longest - _data.Shortest + 1))];
    }

    private static int[] Prompt(int[] names, RandomStream random)
    {
        random.Shuffle<int>(names);
        return [Begin, .. names.Take(1 + random.NextInt(names.Length)), Trigger];
    }

    private static TokenSequence Sequence(int[] names) => new([Begin, .. names], 1);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
