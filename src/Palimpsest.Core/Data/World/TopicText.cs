namespace Palimpsest.Data.Worlds;

/// <summary>What documents of one topic say. Part of the frozen additions.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Things">Filled in for <c>{A}</c>.</param>
/// <param name="People">Filled in for <c>{B}</c>.</param>
/// <param name="Places">Filled in for <c>{C}</c>.</param>
/// <param name="Sentences">Ten sentences with these slots.</param>
internal sealed record TopicText(string Name, string[] Things, string[] People, string[] Places, string[] Sentences)
{
    /// <summary>First sentences, with a town <c>{T}</c> and a year <c>{Y}</c>.</summary>
    public static readonly string[] Openings =
    [
        "this was written in {T} in {Y}.", "a note from {T}, dated {Y}.", "in {Y}, people in {T} told the following.", "the diary was kept in {T} and begins in {Y}.", "in {T}, the year {Y} is well remembered.",
        "a letter of {Y} was found in {T}.",
    ];

    public static readonly TopicText[] All =
    [
        new(
            "history", ["charter", "treaty", "chronicle", "decree", "seal", "parchment", "tax roll", "ledger", "peace offer", "petition"],
            ["duke", "abbot", "bishop", "chancellor", "envoy", "mayor", "knight", "countess"], ["castle", "abbey", "town hall", "chapel", "tower", "crypt", "palace", "cathedral"],
            [
                "the {B} kept the {A} in the {C}.", "without the {A}, the {B} had no claim to the {C}.", "the {B} sent the {A} to the {B} by messenger.", "after the siege, the {A} was found in the {C}.",
                "the {A} names the {B} as the heir of the {C}.", "for a hundred years, the {C} belonged to the {B}.", "the {B} swore an oath in front of the {C}.", "scholars still argue about the age of the {A}.",
                "the {A} was copied in the {C} by an unknown hand.", "when the {B} died, the {C} was closed for a month.",
            ]),
        new(
            "sea", ["sail", "mast", "rudder", "anchor", "hull", "oar", "keel", "compass", "net", "lifeboat"],
            ["captain", "pilot", "sailor", "diver", "harbour master", "cabin boy", "fisherman", "helmsman"], ["bay", "lagoon", "reef", "harbour", "strait", "sandbank", "shipyard", "estuary"],
            [
                "the {B} checked the {A} before the ship left the {C}.", "a storm tore the {A} away near the {C}.", "the {B} knew every current around the {C}.", "at high tide, the {C} is safe for any ship.",
                "the {B} mended the {A} with tar and rope.", "nobody on board but the {B} could handle the {A}.", "fog hid the {C} until noon.", "the {A} was too heavy for the waves of the {C}.",
                "the {B} signalled to the {B} across the {C}.", "the crew found the {A} on the shore of the {C}.",
            ]),
        new(
            "kitchen", ["saucepan", "ladle", "oven", "grater", "whisk", "kettle", "mortar", "frying pan", "colander", "carving knife"],
            ["cook", "hostess", "waiter", "kitchen maid", "butcher", "taster", "guest", "pastry chef"], ["pantry", "cellar", "dining room", "smokehouse", "scullery", "bakery", "tavern", "canteen"],
            [
                "the {B} stirred the soup in the {A}.", "there was no salt left in the {C}.", "the {B} carried the roast from the {C} to the table.", "the {A} must be hot before the butter goes in.",
                "the {B} taught the {B} how to thicken a gravy.", "the smell of onions filled the {C}.", "the {B} washed the {A} and hung it up in the {C}.", "dinner in the {C} was served at eight.",
                "the {B} forgot the pudding on the {A}.", "for the feast, the {B} borrowed the {A} of the {C}.",
            ]),
        new(
            "farm", ["plough", "harrow", "scythe", "milk churn", "hay cart", "fence", "pitchfork", "trough", "seed drill", "tractor"],
            ["farmer", "shepherd", "milkmaid", "stable boy", "drover", "ploughman", "harvester", "beekeeper"], ["meadow", "barn", "pasture", "orchard", "stable", "cornfield", "henhouse", "sheepfold"],
            [
                "the {B} mended the {A} before the harvest.", "the cattle were driven to the {C} in May.", "heavy rain turned the {C} to mud.", "the {B} pulled the {A} out of the {C} with two horses.",
                "the {B} and the {B} shared the work on the {C}.", "the barley near the {C} ripened early.", "the {A} stood rusting behind the {C}.", "every evening, the {B} counted the animals in the {C}.",
                "the {B} paid for the {A} with three lambs.", "a fox had dug a hole under the {C}.",
            ]),
        new(
            "music", ["overture", "sonata", "waltz", "march", "lullaby", "hymn", "serenade", "quartet", "ballad", "fugue"],
            ["conductor", "composer", "soloist", "drummer", "organist", "choirmaster", "fiddler", "page turner"], ["concert hall", "opera house", "bandstand", "rehearsal room", "ballroom", "organ loft", "music school", "festival tent"],
            [
                "the {B} rehearsed the {A} until midnight.", "the {A} was first heard in the {C}.", "the {B} lost the score of the {A}.", "the audience in the {C} asked for the {A} twice.",
                "the {B} played the slow part of the {A} too fast.", "the echo in the {C} spoils every quick melody.", "the {B} and the {B} could not agree on the tempo.", "the {A} ends on a quiet chord.",
                "tickets for the {C} were sold out within a day.", "the {B} wrote the {A} for the opening of the {C}.",
            ]),
        new(
            "mountains", ["rope", "ice axe", "rucksack", "lantern", "tent", "map", "snowshoe", "sledge", "flare", "water bottle"],
            ["guide", "climber", "porter", "ranger", "hermit", "skier", "rescuer", "geologist"], ["summit", "glacier", "pass", "ridge", "gorge", "hut", "crevasse", "cliff"],
            [
                "the {B} tied the {A} to a rock below the {C}.", "an avalanche buried the path to the {C}.", "the {B} reached the {C} before sunrise.", "without the {A}, nobody should cross the {C}.",
                "the {B} warned the {B} about loose stones.", "the wind on the {C} blew the {A} away.", "from the {C}, one can see three valleys.", "the {B} spent the night beside the {C}.",
                "the {A} froze in the cold of the {C}.", "the {B} left the {A} behind and climbed on.",
            ]),
    ];
}
