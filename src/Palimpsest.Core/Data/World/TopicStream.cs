using System.Globalization;
using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>An endless stream of documents on several topics; within one of them, a rare sub-domain has words of its own, and every use of them is labelled.</summary>
/// <remarks>
/// Made for asking whether a model, or a dictionary of its activations, knows what is rare: the sub-domain is heraldry within history, its 40 words are the concepts, and within a kind of concepts
/// the one of rank r is drawn with a weight of 1/r. No other document has any of these words, nor has version 1 of the world. Documents are made when asked for, in constant time. Safe for use by
/// several threads.
/// </remarks>
public sealed class TopicStream
{
    private const int Million = 1_000_000;
    private const int FirstYear = 1800;
    private const int HeldOutShare = 8;
    private const int YearsInEights = 12;

    // 27,720 is divisible by 1 to 12: the weights of the ranks are whole numbers.
    private const int TopWeight = 27_720;

    private static readonly (string Slot, int First, string[] Words)[] s_kinds =
        [.. HeraldryText.Kinds.Select((kind, i) => (kind.Slot, HeraldryText.Kinds.Take(i).Sum(before => before.Words.Length), kind.Words))];

    private readonly RandomStream _training;
    private readonly RandomStream _heldOut;
    private readonly int _rareInAMillion;

    /// <summary>A stream of its own.</summary>
    /// <param name="seed">Any value; equal seeds give equal streams.</param>
    /// <param name="rareShare">The probability that a document belongs to the sub-domain, from 0 to 1, in steps of a millionth; 0.01 unless told. A larger share makes more of the documents rare and leaves the others as they are.</param>
    /// <exception cref="PalimpsestException">The share is no number from 0 to 1.</exception>
    public TopicStream(long seed, double rareShare = 0.01)
    {
        if (!(rareShare is >= 0 and <= 1))
        {
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture, $"Topics: the share of rare documents is {rareShare}. Take a number from 0 to 1."));
        }

        _rareInAMillion = (int)Math.Round(rareShare * Million, MidpointRounding.AwayFromZero);
        _training = WorldAdditions.Stream(seed, "topics", "training");
        _heldOut = WorldAdditions.Stream(seed, "topics", "held out");
    }

    /// <summary>The topics.</summary>
    public static IReadOnlyList<string> Topics { get; } = [.. TopicText.All.Select(topic => topic.Name)];

    /// <summary>The topic to which the sub-domain belongs.</summary>
    public static string RareTopic => TopicText.All[0].Name;

    /// <summary>The rare concepts, each one word, written the same everywhere.</summary>
    public static IReadOnlyList<string> Concepts { get; } = [.. HeraldryText.Kinds.SelectMany(kind => kind.Words)];

    /// <summary>One document of the stream.</summary>
    /// <param name="index">Its position, 0 or more.</param>
    public TopicDocument Document(long index) => Make(_training, index, heldOut: false);

    /// <summary>One document of the held-out split, which <see cref="Document"/> never returns: the two begin with different combinations of town and year, though with the same towns and years.</summary>
    /// <param name="index">Its position, 0 or more.</param>
    public TopicDocument HeldOut(long index) => Make(_heldOut, index, heldOut: true);

    private TopicDocument Make(RandomStream root, long index, bool heldOut)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        RandomStream random = root.Child(index.ToString(CultureInfo.InvariantCulture));
        bool rare = random.NextInt(Million) < _rareInAMillion;
        TopicText topic = rare ? TopicText.All[0] : random.Pick(TopicText.All);
        string[] common = Some(topic.Sentences, rare ? 1 + random.NextInt(2) : 4 + random.NextInt(4), random);
        string[] body = rare ? [.. common, .. Some(HeraldryText.Sentences, 3 + random.NextInt(3), random)] : common;
        random.Shuffle(body.AsSpan());

        List<ConceptMention> mentions = [];
        StringBuilder text = new();
        Slots.Append(text, Opening(random, heldOut), slot => slot);
        foreach (string sentence in body)
        {
            HashSet<string> used = new(StringComparer.Ordinal);
            Slots.Append(text, sentence, slot => Value(topic, slot, text.Length, used, mentions, random));
        }

        return new(text.ToString(), topic.Name, rare, mentions);
    }

    // Town and year together decide the split: their sum is divisible by eight in the held-out one.
    private static string Opening(RandomStream random, bool heldOut)
    {
        int town = random.NextInt(Values.Towns.Length);
        int rest = heldOut ? 0 : 1 + random.NextInt(HeldOutShare - 1);
        int year = FirstYear + (HeldOutShare * random.NextInt(YearsInEights));
        year += (((rest - town - year) % HeldOutShare) + HeldOutShare) % HeldOutShare;
        return random.Pick(TopicText.Openings).Replace("{T}", Values.Towns[town], StringComparison.Ordinal).Replace("{Y}", year.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static string[] Some(string[] sentences, int count, RandomStream random)
    {
        string[] order = [.. sentences];
        random.Shuffle(order.AsSpan());
        return order[..count];
    }

    /// <summary>A word for the slot; no sentence has the same word twice.</summary>
    private static string Value(TopicText topic, string slot, int place, HashSet<string> used, List<ConceptMention> mentions, RandomStream random)
    {
        (string _, int first, string[]? concepts) = Array.Find(s_kinds, kind => kind.Slot == slot);
        while (true)
        {
            int number = concepts is null ? 0 : ByRank(concepts.Length, random);
            string word = concepts is null ? random.Pick(slot switch { "A" => topic.Things, "B" => topic.People, _ => topic.Places }) : concepts[number];
            if (used.Add(word))
            {
                if (concepts is not null)
                {
                    mentions.Add(new(first + number, place, word.Length));
                }

                return word;
            }
        }
    }

    private static int ByRank(int count, RandomStream random)
    {
        int left = random.NextInt(Enumerable.Range(1, count).Sum(rank => TopWeight / rank));
        int number = 0;
        while (left >= TopWeight / (number + 1))
        {
            left -= TopWeight / ++number;
        }

        return number;
    }
}
