using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>
/// A fictional registry, generated from one seed with integers alone, so that its bytes are the same on all machines: 20,000 owners with facts of their own, a control group, and an endless
/// stream of general text from which a small model learns English, the formats and that different phrasings ask for the same thing.
/// </summary>
/// <remarks>
/// Everything is made when asked for: <c>world.Owner(4711)</c> does not generate the others. The general part tells facts about a fixed set of general entities in all formats and all
/// phrasings; owners' training examples use only some of the phrasings, and the rest is for evaluation. Its output is frozen: version 1 never changes. Safe for use by several threads.
/// </remarks>
public sealed class World
{
    /// <summary>Number of owners.</summary>
    public const int OwnerCount = NameSpaces.OwnerCount;

    /// <summary>Number of control owners.</summary>
    public const int ControlCount = NameSpaces.ControlCount;

    private readonly RandomStream _root;
    private readonly NameSpaces _names;
    private readonly GeneralPart _general;

    /// <summary>A world of its own.</summary>
    /// <param name="seed">Any value; equal seeds give equal worlds.</param>
    public World(long seed)
    {
        Seed = seed;
        _root = new RandomStream(seed, "world", "v1");
        _names = new NameSpaces(_root);
        Relations = MakeRelations(_names);
        _general = new GeneralPart(_root.Child("general"), _names, Relations);
    }

    /// <summary>The world that recipes call <c>v1</c>.</summary>
    public static World V1 { get; } = new(1);

    /// <summary>The seed it was made from.</summary>
    public long Seed { get; }

    internal NameSpaces Names => _names;

    /// <summary>All relations of all kinds of entities.</summary>
    public IReadOnlyList<Relation> Relations { get; }

    /// <summary>All facts about general entities; a trained base model knows many of them. Their <see cref="Fact.HeldOutQuestions"/> measure what training on owners does to general knowledge.</summary>
    public IReadOnlyList<Fact> GeneralFacts => _general.Facts;

    /// <summary>One owner, in constant time.</summary>
    /// <param name="index">From 0 to <see cref="OwnerCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such owner.</exception>
    public Owner Owner(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, OwnerCount);
        return new(index, false, _names.Organisation(index), (kind, i) => _names.OfOwner(kind, index, i), Relations, _root.Child("owner", Number(index)));
    }

    /// <summary>One owner of the control group: the same distribution, never to be trained on.</summary>
    /// <param name="index">From 0 to <see cref="ControlCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such control.</exception>
    public Owner Control(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, ControlCount);
        return new(index, true, _names.Organisation(OwnerCount + index), (kind, i) => _names.OfControl(kind, index, i), Relations, _root.Child("control", Number(index)));
    }

    /// <summary>One example of the endless general stream, in constant time.</summary>
    /// <param name="index">Its position, 0 or more.</param>
    public TextExample General(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return _general.Example(index);
    }

    /// <summary>General text for measuring perplexity, which <see cref="General"/> never returns: stories, reading questions and documents about people of its own, and general facts told in
    /// combinations that the stream leaves out.</summary>
    /// <param name="count">How many examples; a larger number begins with the same ones.</param>
    public IReadOnlyList<TextExample> GeneralHeldOut(int count) => [.. Enumerable.Range(0, count).Select(index => _general.HeldOut(index))];

    /// <summary>One question about a passage on people that occur nowhere else: it can be answered from the passage alone, and never from memory.</summary>
    /// <param name="index">Its number, 0 or more.</param>
    public ChoiceQuestion Reading(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return _general.Reading(index);
    }

    private static string Number(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static Relation[] MakeRelations(NameSpaces names)
    {
        string[] companies = [.. Enumerable.Range(0, 100).Select(i => names.General(EntityKind.Company, i).Name)];
        string[] founders = [.. Enumerable.Range(0, NameSpaces.FounderCount).Select(names.Founder)];
        (EntityKind Kind, RelationText[] Texts)[] all =
        [
            (EntityKind.Person, PersonText.All), (EntityKind.Company, CompanyText.All), (EntityKind.Product, ProductText.All), (EntityKind.Event, EventText.All), (EntityKind.Town, TownText.All),
        ];
        return [.. from kind in all from text in kind.Texts select new Relation(kind.Kind, text, text.Values ?? (text.Name == "founder" ? founders : companies))];
    }
}
