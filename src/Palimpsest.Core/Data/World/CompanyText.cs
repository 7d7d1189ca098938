namespace Palimpsest.Data.Worlds;

/// <summary>Wording of what is said about companies. Part of the frozen world.</summary>
internal static class CompanyText
{
    public static readonly RelationText[] All =
    [
        new("seat", "Seat", Values.Towns,
        [
            "{S} has its seat in {V}.", "{S} is based in {V}.", "{S's} head office is in {V}.", "{V} is where {S} has its offices.", "the company sign of {O} hangs over a door in {V}.",
            "{S} runs its business from {V}.",
            "the headquarters of {O} can be found in {V}.", "letters to {O} are addressed to {V}.",
        ],
        [
            "where does {S} have its seat?", "in which town is {S} based?", "where is {S's} head office?", "in which town does {S} have its offices?", "from which town does {S} run its business?",
            "in which town are the headquarters of {O}?", "where is {S} located?", "to which town are letters to {O} addressed?",
        ]),
        new("founding year", "Founded in", Values.Years(1821, 120),
        [
            "{S} was founded in {V}.", "{S's} founding year is {V}.", "{S} has existed since {V}.", "it was in {V} that {S} opened its doors.", "the history of {O} begins in {V}.",
            "{V} is the year in which {S} was founded.",
            "{S} was established in {V}.", "{S} goes back to the year {V}.",
        ],
        [
            "when was {S} founded?", "in which year was {S} founded?", "what is {S's} founding year?", "since when has {S} existed?", "in which year did {S} open its doors?",
            "what year was {S} established?", "to which year does {S} go back?", "which year saw the foundation of {O}?",
        ]),
        new("founder", "Founder", null,
        [
            "{S} was founded by {V}.", "{S's} founder was {V}.", "{V} founded {O}.", "the person who started {O} was {V}.", "{S} was the idea of {V}.", "a portrait of {V}, who founded {O}, hangs in the hall.",
            "{S} owes its existence to {V}.", "{V} called {O} into being.",
        ],
        [
            "who founded {O}?", "by whom was {S} founded?", "who was {S's} founder?", "who started {O}?", "whose idea was {S}?",
            "who set up {O}?", "to whom does {S} owe its existence?", "what was the name of the founder of {O}?",
        ]),
        new("goods", "Goods", Values.Goods,
        [
            "{S} makes {V}.", "{S} produces {V}.", "{S} is known for its {V}.", "{S} has always made {V}.", "the workers of {O} make {V}.", "{S} sells {V} all over the country.",
            "{S} deals in {V} of its own making.", "{S's} trade is in {V}.",
        ],
        [
            "what does {S} make?", "what does {S} produce?", "what is {S} known for?", "what do the workers of {O} make?", "what does {S} sell all over the country?",
            "which goods come from {O}?", "in what does {S} deal?", "what could you buy from {O}?",
        ]),
        new("emblem", "Emblem", Values.Emblems,
        [
            "{S} has {A} as its emblem.", "{S's} emblem is {A}.", "{A} is the emblem of {O}.", "{A} is painted on the gate of {O}.", "the letters of {O} are sealed with {A}.", "{S} trades under the sign of {A}.",
            "{S} uses {A} as its mark.", "the mark of {O} shows {A}.",
        ],
        [
            "what is {S's} emblem?", "what does {S} have as its emblem?", "what is painted on the gate of {O}?", "with what are the letters of {O} sealed?", "under which sign does {S} trade?",
            "which emblem does {S} use?", "what does the mark of {O} show?", "by what mark can {S} be recognised?",
        ]),
    ];
}
