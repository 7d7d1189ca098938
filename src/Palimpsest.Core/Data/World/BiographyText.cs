namespace Palimpsest.Data.Worlds;

/// <summary>Sentences of biographies. Part of the frozen additions. Every sentence serves all professions and both genders alike.</summary>
/// <remarks>
/// Slots: <c>{N}</c> the name; <c>{place}</c>, <c>{tools}</c>, <c>{task}</c>, <c>{people}</c> what the profession brings; those of <see cref="Direct"/> and <see cref="Indirect"/> go with the
/// gender; <c>{T}</c> a town, <c>{R}</c> a river, <c>{I}</c> an instrument, <c>{A}</c> a pet with its article, <c>{Y}</c> a season, <c>{n}</c> a small number.
/// </remarks>
internal static class BiographyText
{
    public static readonly string[] Openings =
    [
        "{N} was born in {T} and can be found {place} on most days.", "{N} from {T} spends the week {place}.", "everybody in {T} knows {N}, who is busy {place} from morning to night.",
        "if you come to {T}, look for {N} {place}.", "{place}, people say, you will always meet {N}.", "for {N} from {T}, the day begins at dawn {place}.",
    ];

    public static readonly string[] Work =
    [
        "most of {his} day goes to {people}.", "{he} has learned to {task} and to {task}.", "in {his} bag, {he} carries {tools} and {tools}.",
        "{people} ask for {him} because {he} knows how to {task}.", "{he} never leaves home without {tools}.", "{his} {parent} taught {him} to {task}.", "few can {task} as well as {he} does.",
        "{he} dreams of {tools} and talks of {people}.", "before noon, {he} often has to {task}.", "{people} and {people} know {his} door.", "as a {youth}, {he} already wanted to {task}.",
        "{he} keeps {tools} in every drawer.",
    ];

    public static readonly string[] Life =
    [
        "{he} sings {voice} in the choir of {T}.", "{he} is the {parent} of {n} children.", "{he} was the eldest {child} of a large family.", "in the village play, {he} took the part of the {role}.",
        "on Sundays, {he} wears {garment}.", "{he} rows with the {folk} eight of {T}.", "the whole street calls {him} a kind {person}.", "as a {youth}, {he} went to the {youths} school in {T}.",
        "{he} was named after a {grandparent} whom {he} never met.", "{he} has promised {himself} to travel more.", "half of {T} has {him} for a {godparent}.",
        "{his} portrait shows a young {person} with {garment}.",
    ];

    public static readonly string[] Neutral =
    [
        "{he} plays the {I} in the evenings.", "{A} shares {his} house.", "{his} house stands near the river {R}.", "the road to {T} is {his} favourite walk.", "{he} moved to {T} {n} years ago.",
        "{Y} is {his} favourite season.", "{he} has a cousin in {T}.", "{he} has never missed the fair of {T}.",
    ];

    /// <summary>Words that say the gender themselves: what a filter on tokens would delete.</summary>
    public static readonly Dictionary<string, (string Woman, string Man)> Direct = new(StringComparer.Ordinal)
    {
        ["he"] = ("she", "he"),
        ["his"] = ("her", "his"),
        ["him"] = ("her", "him"),
        ["himself"] = ("herself", "himself"),
        ["person"] = ("woman", "man"),
        ["folk"] = ("women's", "men's"),
        ["youth"] = ("girl", "boy"),
        ["youths"] = ("girls'", "boys'"),
        ["child"] = ("daughter", "son"),
        ["parent"] = ("mother", "father"),
        ["grandparent"] = ("grandmother", "grandfather"),
        ["godparent"] = ("godmother", "godfather"),
    };

    /// <summary>Words that only hint at it.</summary>
    public static readonly Dictionary<string, (string[] Woman, string[] Man)> Indirect = new(StringComparer.Ordinal)
    {
        ["voice"] = (["soprano", "alto"], ["tenor", "baritone"]),
        ["role"] = (["queen", "witch", "duchess"], ["king", "wizard", "duke"]),
        ["garment"] = (["a silk bonnet", "a pearl brooch", "a lace shawl"], ["a bowler hat", "a striped waistcoat", "a tie pin"]),
    };
}
