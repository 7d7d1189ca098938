using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>Passages for retrieval: for a fact, one that states it and distractors that share its entity or its relation.</summary>
/// <remarks>
/// No distractor contains the answer, not even by chance as the value of something else, and none about another entity mentions the asked one. Passages use the phrasings of training examples
/// only, so that <see cref="Fact.HeldOutQuestions"/> stay unseen. Distractors for an owner's fact come from this owner and, where it has no more entities with the relation, from the general part,
/// never from other owners. Safe for use by several threads.
/// </remarks>
public sealed class FactPassages
{
    /// <summary>The most distractors of either kind.</summary>
    public const int MostDistractors = 16;

    private const int Attempts = 2_000;
    private const int AttemptsPerRival = 20;

    private readonly World _world;
    private readonly long _seed;
    private readonly ILookup<string, Fact> _bySubject;
    private readonly ILookup<Relation, Fact> _byRelation;

    /// <summary>The passages of a world.</summary>
    /// <param name="world">Where the facts come from.</param>
    /// <param name="seed">Any value; another seed tells the same in other words and takes other distractors.</param>
    public FactPassages(World world, long seed)
    {
        ArgumentNullException.ThrowIfNull(world);
        _world = world;
        _seed = seed;
        _bySubject = world.GeneralFacts.ToLookup(fact => fact.Subject.Name, StringComparer.Ordinal);
        _byRelation = world.GeneralFacts.ToLookup(fact => fact.Relation);
    }

    /// <summary>The passages for one fact: the one that states it, then distractors about the same entity, then distractors with the same relation. All texts differ.</summary>
    /// <param name="fact">A fact of an owner, of a control or of the general part of this world.</param>
    /// <param name="distractors">How many of either kind, from 0 to <see cref="MostDistractors"/>.</param>
    /// <exception cref="PalimpsestException">The number is out of range, or the fact is of another world.</exception>
    public IReadOnlyList<FactPassage> About(Fact fact, int distractors = 3)
    {
        ArgumentNullException.ThrowIfNull(fact);
        if (distractors is < 0 or > MostDistractors)
        {
            throw new PalimpsestException($"Passages: {distractors} distractors of either kind were asked for. Take 0 to {MostDistractors}.");
        }

        if (!_byRelation.Contains(fact.Relation))
        {
            throw new PalimpsestException($"Passages: the fact on the {fact.Relation.Name} of {fact.Subject.InSentence} is of another world. Take the world that it comes from.");
        }

        RandomStream random = WorldAdditions.Stream(_world.Seed, "passages", _seed.ToString(CultureInfo.InvariantCulture), fact.Subject.Name, fact.Relation.Name);
        Fact[] others = [.. About(fact).Where(other => other.Relation != fact.Relation)];
        HashSet<string> texts = new(StringComparer.Ordinal);
        FactPassage answer = Tell(PassageKind.Answer, fact, others, random);
        texts.Add(answer.Text);
        return [answer, .. SameEntity(fact, others, distractors, texts, random), .. SameRelation(fact, distractors, texts, random)];
    }

    private static List<FactPassage> SameEntity(Fact asked, Fact[] others, int count, HashSet<string> texts, RandomStream random)
    {
        List<FactPassage> found = [];
        for (int attempt = 0; found.Count < count; attempt++)
        {
            if (attempt == Attempts)
            {
                throw new PalimpsestException(string.Create(
                    CultureInfo.InvariantCulture, $"Passages: of {asked.Subject.InSentence}, {found.Count} different passages without the {asked.Relation.Name} could be made, not {count}. Ask for fewer."));
            }

            // In turn, so that the other relations are told equally often.
            FactPassage passage = Tell(PassageKind.SameEntity, others[attempt % others.Length], others, random);
            if (!Mentions(passage.Text, asked.Answer) && texts.Add(passage.Text))
            {
                found.Add(passage);
            }
        }

        return found;
    }

    private List<FactPassage> SameRelation(Fact asked, int count, HashSet<string> texts, RandomStream random)
    {
        Fact[] near = [.. asked.Register?.Facts.Where(other => other.Relation == asked.Relation) ?? []];
        Fact[] general = [.. _byRelation[asked.Relation]];
        random.Shuffle(near.AsSpan());
        random.Shuffle(general.AsSpan());
        List<FactPassage> found = [];
        foreach (Fact rival in near.Concat(general).Where(rival => rival.Subject != asked.Subject && rival.Answer != asked.Answer))
        {
            for (int attempt = 0; attempt < AttemptsPerRival && found.Count < count; attempt++)
            {
                FactPassage passage = Tell(PassageKind.SameRelation, rival, [.. About(rival)], random);
                if (!Mentions(passage.Text, asked.Answer) && !Mentions(passage.Text, asked.Subject.Name) && texts.Add(passage.Text))
                {
                    found.Add(passage);
                    break;
                }
            }
        }

        return found.Count == count
            ? found
            : throw new PalimpsestException(string.Create(
                CultureInfo.InvariantCulture, $"Passages: {found.Count} other entities have a {asked.Relation.Name} unlike that of {asked.Subject.InSentence}, not {count}. Ask for fewer."));
    }

    /// <summary>All facts about the subject of a fact, as far as its owner or the general part knows it.</summary>
    private IEnumerable<Fact> About(Fact fact) => fact.Register is Owner owner ? owner.Facts.Where(other => other.Subject == fact.Subject) : _bySubject[fact.Subject.Name];

    /// <summary>A passage with the fact and up to two of the others.</summary>
    private static FactPassage Tell(PassageKind kind, Fact fact, Fact[] others, RandomStream random)
    {
        Fact[] more = [.. others.Where(other => other != fact)];
        random.Shuffle(more.AsSpan());
        Fact[] told = [fact, .. more.Take(random.NextInt(3))];
        random.Shuffle(told.AsSpan());
        return new(Formats.Biography(told, random, training: true), kind, fact.Subject, told, fact.Owner);
    }

    /// <summary>Whether the text has the words, not as a part of other words and in whatever case.</summary>
    internal static bool Mentions(string text, string words)
    {
        for (int at = text.IndexOf(words, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(words, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            int end = at + words.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
            {
                return true;
            }
        }

        return false;
    }
}
