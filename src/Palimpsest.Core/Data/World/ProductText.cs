namespace Palimpsest.Data.Worlds;

/// <summary>Wording of what is said about products. Part of the frozen world.</summary>
internal static class ProductText
{
    public static readonly RelationText[] All =
    [
        new("maker", "Maker", null,
        [
            "{S} is made by {V}.", "{S's} maker is {V}.", "{V} makes {O}.", "{S} comes from the workshop of {V}.", "the company behind {O} is {V}.", "{S} carries the stamp of {V}.",
            "{S} is a product of {V}.", "{V} manufactures {O}.",
        ],
        [
            "who makes {O}?", "by which company is {S} made?", "who is {S's} maker?", "from whose workshop does {S} come?", "whose stamp does {S} carry?",
            "which company manufactures {O}?", "who is the manufacturer of {O}?", "what is the name of the company behind {O}?",
        ]),
        new("colour", "Colour", Values.Colours,
        [
            "{S} is {V}.", "{S's} colour is {V}.", "{S} is painted {V}.", "{S} is sold in {V}.", "{V} is the colour of {O}.", "the colour chosen for {O} is {V}.",
            "{S} comes in {V}.", "in the catalogue, {S} is shown in {V}.",
        ],
        [
            "what colour is {S}?", "what is {S's} colour?", "in which colour is {S} sold?", "in what colour is {S} painted?", "which colour was chosen for {O}?",
            "which colour does {S} have?", "what is the colour of {O}?", "in which colour does {S} come?",
        ]),
        new("material", "Material", Values.Materials,
        [
            "{S} is made of {V}.", "{S's} material is {V}.", "{V} is the material of {O}.", "the material used for {O} is {V}.", "{S} was built from {V}.", "only {V} is used to make {O}.",
            "{S} consists of {V}.", "{V} is what {S} is made from.",
        ],
        [
            "what is {S} made of?", "what is {S's} material?", "which material is used for {O}?", "from what was {S} built?", "what is used to make {O}?",
            "of what does {S} consist?", "of which material is {S}?", "what is the material of {O}?",
        ]),
        new("price", "Price", Values.Prices,
        [
            "{S} costs {V}.", "{S's} price is {V}.", "{S} sells for {V}.", "buyers pay {V} for {O}.", "{V} is the price of {O}.", "in the shop, {S} is marked at {V}.",
            "you can have {O} for {V}.", "the price tag of {O} says {V}.",
        ],
        [
            "how much does {S} cost?", "what is {S's} price?", "for how much does {S} sell?", "how much do buyers pay for {O}?", "at what price is {S} marked in the shop?",
            "what does {S} cost?", "what does the price tag of {O} say?", "what must be paid for {O}?",
        ]),
        new("first sold", "First sold in", Values.Years(1901, 90),
        [
            "{S} was first sold in {V}.", "{S} has been on sale since {V}.", "{V} is the year in which {S} came on the market.", "{S's} first year on sale was {V}.", "shops began to sell {O} in {V}.",
            "{S} came on the market in {V}.",
            "the first buyers took {O} home in {V}.", "{S} was brought out in {V}.",
        ],
        [
            "when was {S} first sold?", "since when has {S} been on sale?", "in which year did {S} come on the market?", "what was {S's} first year on sale?", "when did shops begin to sell {O}?",
            "in which year was {S} brought out?", "what year did the sale of {O} begin?", "when could people first buy {O}?",
        ]),
    ];
}
