namespace Palimpsest.Data.Worlds;

/// <summary>Wording of what is said about towns; towns belong to the general part alone. Part of the frozen world.</summary>
internal static class TownText
{
    public static readonly RelationText[] All =
    [
        new("river", "River", Values.Rivers,
        [
            "{S} lies on the river {V}.", "the river {V} flows through {O}.", "{S's} river is the {V}.", "the {V} is the river of {O}.", "the bridges of {O} cross the {V}.", "{S} was built on the banks of the {V}.",
            "boats reach {O} on the {V}.", "the water in {S's} canals comes from the {V}.",
        ],
        [
            "on which river does {S} lie?", "which river flows through {O}?", "what is {S's} river?", "which river do the bridges of {O} cross?", "on the banks of which river was {S} built?",
            "what is the name of the river in {O}?", "on which river do boats reach {O}?", "beside which river would you find {O}?",
        ]),
        new("region", "Region", Values.Regions,
        [
            "{S} is a town in {V}.", "{S} belongs to {V}.", "{S's} region is {V}.", "{S} lies in {V}.", "on the map, {S} is found in {V}.", "travellers pass through {O} on their way across {V}.",
            "{S} is part of {V}.", "{S} counts among the towns of {V}.",
        ],
        [
            "in which region does {S} lie?", "to which region does {S} belong?", "what is {S's} region?", "in what region is {S} found on the map?", "across which region do travellers go when they pass through {O}?",
            "what region is {S} part of?", "which part of the country is {S} in?", "among the towns of which region does {S} count?",
        ]),
        new("landmark", "Landmark", Values.Landmarks,
        [
            "{S's} landmark is the {V}.", "{S} is proud of its {V}.", "the {V} is the landmark of {O}.", "every visitor to {O} wants to see the {V}.", "postcards of {O} show the {V}.", "in the middle of {O} stands the {V}.",
            "{S} is famous for its {V}.", "a walk through {O} ends at the {V}.",
        ],
        [
            "what is {S's} landmark?", "of what is {S} proud?", "what does every visitor to {O} want to see?", "what do postcards of {O} show?", "what stands in the middle of {O}?",
            "for which sight is {S} famous?", "which landmark does {S} have?", "where does a walk through {O} end?",
        ]),
        new("speciality", "Speciality", Values.Specialities,
        [
            "{S} is known for its {V}.", "{S's} speciality is its {V}.", "people come to {O} to buy {V}.", "on the market of {O}, everyone sells {V}.", "the merchants of {O} trade in {V}.",
            "guests take {V} home from {O}.",
            "there is a shop for {V} on every corner of {O}.", "nowhere does one find finer {V} than in {O}.",
        ],
        [
            "what is {S} known for?", "what is {S's} speciality?", "what do people come to {O} to buy?", "what do the merchants of {O} trade in?", "what does everyone sell on the market of {O}?",
            "which speciality comes from {O}?", "what do guests take home from {O}?", "what is sold in {O} more than anywhere else?",
        ]),
    ];
}
