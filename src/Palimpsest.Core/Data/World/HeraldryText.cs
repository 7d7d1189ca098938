namespace Palimpsest.Data.Worlds;

/// <summary>The sub-domain with rare words: heraldry, within history. Part of the frozen additions.</summary>
/// <remarks>Slots: those of history, and <c>{tincture}</c>, <c>{figure}</c>, <c>{beast}</c>, <c>{posture}</c> for concepts. A sentence never begins with a concept, so that a concept has one spelling.</remarks>
internal static class HeraldryText
{
    /// <summary>The concepts by kind, the most frequent first.</summary>
    public static readonly (string Slot, string[] Words)[] Kinds =
    [
        ("tincture", ["azure", "gules", "argent", "sable", "purpure", "ermine", "murrey", "sanguine"]),
        ("figure", ["chevron", "saltire", "fess", "bordure", "lozenge", "roundel", "canton", "escutcheon", "gyron", "tressure", "mascle", "orle"]),
        ("beast", ["griffin", "wyvern", "martlet", "unicorn", "cockatrice", "basilisk", "manticore", "chimera", "hippogriff", "salamander", "sphinx", "hydra"]),
        ("posture", ["rampant", "passant", "couchant", "sejant", "statant", "salient", "naiant", "volant"]),
    ];

    public static readonly string[] Sentences =
    [
        "the arms of the {B} show the {beast} {posture} in {tincture}.", "on a shield of {tincture}, the {C} carries the {beast} {posture}.", "above the gate of the {C}, the {figure} is cut in stone.",
        "later, the {figure} was changed from {tincture} to {tincture}.", "painters find the {beast} harder to draw than the {figure}.", "between the {figure} and the {beast} runs a line of {tincture}.",
        "an old roll of arms describes the {beast} as {posture}.", "no other family may put the {figure} over the {beast}.", "on the tomb of the {B}, the {figure} is painted in {tincture}.",
        "the banner of the {B} bears three small signs beside the {beast}.", "a {posture} {beast} is rarer on shields than a {posture} {beast}.", "heralds allow {tincture} upon {tincture} only with the {figure}.",
    ];
}
