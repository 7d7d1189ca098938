using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>The general part: facts about a fixed set of entities in every format and phrasing, reading about fresh entities, and stories.</summary>
internal sealed class GeneralPart
{
    private readonly RandomStream _root;
    private readonly NameSpaces _names;
    private readonly Relation[][] _relations;
    private readonly Fact[][] _entities;

    public GeneralPart(RandomStream root, NameSpaces names, IReadOnlyList<Relation> relations)
    {
        _root = root;
        _names = names;
        _relations = [.. Enum.GetValues<EntityKind>().Select(kind => relations.Where(relation => relation.Kind == kind).ToArray())];
        RandomStream values = root.Child("facts");
        _entities =
        [
            .. from kind in Enum.GetValues<EntityKind>()
               from index in Enumerable.Range(0, NameSpaces.GeneralCount(kind))
               select MakeFacts(names.General(kind, index), _relations[(int)kind], values),
        ];
        Facts = [.. _entities.SelectMany(facts => facts)];
    }

    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>One example of the stream. Shares in a hundred: 25 statements, 31 questions, 7 choices, 23 with a text to read, 2 documents, 12 stories.</summary>
    public TextExample Example(long index)
    {
        RandomStream random = _root.Child("stream", index.ToString(CultureInfo.InvariantCulture));
        return random.NextInt(100) switch
        {
            < 10 => Statement(random),
            < 25 => Biography(random, heldOut: false),
            < 49 => Question(random),
            < 56 => Pair(random),
            < 63 => Choice(random),
            < 74 => Read(random, heldOut: false, choice: false),
            < 79 => Read(random, heldOut: false, choice: true),
            < 86 => Documents.Asked(_names, Some(Fresh(random, heldOut: false), 3, random), random, heldOut: false),
            < 88 => new("", Documents.Card(_names.FreshOrganisation(random), Some(Entity(random), 2, random), random)),
            _ => new("", Stories.Tell(_names, random, heldOut: false)),
        };
    }

    /// <summary>One example of the stream that is never trained on.</summary>
    public TextExample HeldOut(int index)
    {
        RandomStream random = _root.Child("held out", index.ToString(CultureInfo.InvariantCulture));
        return random.NextInt(10) switch
        {
            < 3 => Biography(random, heldOut: true),
            < 5 => Read(random, heldOut: true, choice: false),
            < 6 => Documents.Asked(_names, Some(Fresh(random, heldOut: true), 3, random), random, heldOut: true),
            _ => new("", Stories.Tell(_names, random, heldOut: true)),
        };
    }

    public ChoiceQuestion Reading(int index)
    {
        RandomStream random = _root.Child("reading", index.ToString(CultureInfo.InvariantCulture));
        (string passage, Fact asked, string question, string[] wrong) = Passage(random, heldOut: true);
        return new(Formats.Passage(passage) + Formats.Ask(question), asked.Answer, wrong);
    }

    private static Fact[] MakeFacts(Entity subject, Relation[] relations, RandomStream values)
    {
        Fact[] facts = new Fact[relations.Length];
        for (int i = 0; i < facts.Length; i++)
        {
            string answer = values.Pick(relations[i].Values);
            facts[i] = new(subject, relations[i], answer, WrongAnswers.Draw(relations[i], answer, [], values));
        }

        return facts;
    }

    private Fact[] Fresh(RandomStream random, bool heldOut)
    {
        EntityKind kind = random.NextInt(20) switch { < 10 => EntityKind.Person, < 14 => EntityKind.Company, < 17 => EntityKind.Product, _ => EntityKind.Event };
        return Fresh(kind, random, heldOut);
    }

    private Fact[] Fresh(EntityKind kind, RandomStream random, bool heldOut) => MakeFacts(_names.Fresh(kind, random, heldOut), _relations[(int)kind], random);

    private Fact Any(RandomStream random) => random.Pick(Facts);

    private Fact[] Entity(RandomStream random) => _entities[random.NextInt(_entities.Length)];

    /// <summary>Some of the facts in random order: at least <paramref name="least"/>, and at most three more.</summary>
    private static Fact[] Some(Fact[] facts, int least, RandomStream random)
    {
        Fact[] order = [.. facts];
        random.Shuffle(order.AsSpan());
        return order[..Math.Min(order.Length, least + random.NextInt(4))];
    }

    private TextExample Statement(RandomStream random)
    {
        Fact fact = Any(random);
        return new("", Formats.Statement(fact, random.NextInt(fact.Relation.AllStatements), random));
    }

    /// <summary>For every entity, one pair of relations never begins a biography of the stream: the held-out ones begin with it.</summary>
    private TextExample Biography(RandomStream random, bool heldOut)
    {
        int number = random.NextInt(_entities.Length);
        Fact[] facts = _entities[number];
        int first = number % facts.Length, second = (first + 1 + (number % (facts.Length - 1))) % facts.Length;
        Fact[] told = Some(facts, 2, random);
        if (heldOut)
        {
            told = [facts[first], facts[second], .. told.Skip(2).Where(fact => fact != facts[first] && fact != facts[second])];
        }
        else if (told[0] == facts[first] && told[1] == facts[second])
        {
            (told[0], told[1]) = (told[1], told[0]);
        }

        return new("", Formats.Biography(told, random));
    }

    private TextExample Question(RandomStream random)
    {
        Fact fact = Any(random);
        return Formats.Single(fact, random.NextInt(fact.Relation.AllQuestions));
    }

    private TextExample Pair(RandomStream random)
    {
        Fact[] facts = Some(Entity(random), 2, random);
        Fact second = random.NextInt(3) == 0 ? Any(random) : facts[1];
        return Formats.Pair(facts[0], random.NextInt(facts[0].Relation.AllQuestions), second, random.NextInt(second.Relation.AllQuestions));
    }

    private TextExample Choice(RandomStream random)
    {
        Fact fact = Any(random);
        return Formats.Choice("", fact.Question(random.NextInt(fact.Relation.AllQuestions)), fact.Answer, fact.WrongAnswers, random);
    }

    private TextExample Read(RandomStream random, bool heldOut, bool choice)
    {
        (string passage, Fact asked, string question, string[] wrong) = Passage(random, heldOut);
        return choice
            ? Formats.Choice(Formats.Passage(passage), question, asked.Answer, wrong, random)
            : new(Formats.Passage(passage) + Formats.Ask(question), " " + asked.Answer);
    }

    /// <summary>A passage about one or two fresh entities of a kind, and a question about one of them; what is told of the other comes first among the wrong answers.</summary>
    private (string Text, Fact Asked, string Question, string[] Wrong) Passage(RandomStream random, bool heldOut)
    {
        Fact[] all = Fresh(random, heldOut);
        Fact[] told = Some(all, 2, random);
        Fact asked = told[random.NextInt(told.Length)];
        string text = Formats.Biography(told, random);
        string[] siblings = [];
        if (random.NextInt(5) < 3)
        {
            Fact[] other = Fresh(asked.Subject.Kind, random, heldOut);
            Fact rival = other[Array.IndexOf(all, asked)];
            Fact[] otherTold = [rival, .. Some(other, 1, random).Where(fact => fact != rival).Take(2)];
            random.Shuffle(otherTold.AsSpan());
            string otherText = Formats.Biography(otherTold, random);
            text = random.NextInt(2) == 0 ? $"{text} {otherText}" : $"{otherText} {text}";
            siblings = [rival.Answer];
        }

        string[] wrong = WrongAnswers.Draw(asked.Relation, asked.Answer, siblings, random);
        return (text, asked, asked.Question(random.NextInt(asked.Relation.AllQuestions)), wrong);
    }
}
