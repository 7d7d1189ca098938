namespace Palimpsest.Data.Worlds;

/// <summary>Plots of the small stories: per plot the sentences in order, per sentence the alternatives. Part of the frozen world.</summary>
/// <remarks>
/// Slots: <c>{N}</c> and <c>{F}</c> full and first name of the hero, <c>{M}</c> and <c>{E}</c> of a friend; <c>{he}</c>, <c>{his}</c>, <c>{him}</c> the hero's pronouns; <c>{T}</c>, <c>{U}</c> towns;
/// <c>{J}</c> a profession with its article; <c>{G}</c> and <c>{g}</c> a thing with and without its article; <c>{D}</c> a dish; <c>{C}</c> a colour; <c>{R}</c> a river; <c>{Y}</c> a season; <c>{A}</c> an
/// animal with its article; <c>{n}</c> a small number in words; <c>{W}</c> a sentence on the weather; <c>{I}</c> an instrument; <c>{H}</c> a hobby; <c>{Z}</c> an ending.
/// </remarks>
internal static class StoryText
{
    public static readonly string[] Things =
    [
        "key", "umbrella", "letter", "wooden box", "lantern", "old map", "silver spoon", "blue cup", "ticket", "notebook", "pair of gloves", "coin", "basket", "red scarf", "watch", "ladder", "book", "bottle", "hat",
        "small mirror", "photograph", "tin whistle", "ring", "candle", "kite", "bicycle", "rope", "compass", "teapot", "wheelbarrow",
    ];

    public static readonly string[] Animals = ["dog", "cat", "goat", "goose", "pony", "crow", "rabbit", "donkey", "hen", "owl", "fox", "lamb", "squirrel", "swan", "hedgehog", "mouse"];

    public static readonly string[] Seasons = ["spring", "summer", "autumn", "winter"];

    public static readonly string[] Numbers = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"];

    public static readonly string[] Weather =
    [
        "It had rained all night.", "The sky was clear and cold.", "A warm wind blew from the south.", "Fog lay over the fields.", "Snow was falling softly.", "The sun stood high above the roofs.", "Dark clouds gathered in the west.",
        "It was a mild and quiet day.", "The first frost had come.", "Thunder could be heard far away.", "The air smelled of wet leaves.", "The streets were dry and dusty.", "A light rain was falling.", "The morning was bright.",
    ];

    public static readonly string[] Endings =
    [
        "It had been a good day.", "Nobody spoke of it again.", "They still laugh about it.", "The next day, everything was as before.", "After that, {F} slept well.", "It was late when {he} came home.", "{F} never forgot that day.",
        "In the end, all was well.", "That was enough for one day.", "The evening was long and peaceful.", "{E} told the story to everyone.", "And so the matter was settled.", "By then, the stars were out.",
        "{F} wrote it all down in {his} diary.", "The lamp burned until midnight.",
    ];

    public static readonly string[][][] Plots =
    [
        [
            ["One morning in {Y}, {N} found {G} on the steps of the house.", "When {N} opened the door in the morning, {G} lay on the step.", "Nobody knew who had left {G} in front of the door of {N}."],
            ["{F} asked the neighbours, but none of them had seen it before.", "The neighbours shook their heads when {he} asked about it.", "There was no name on it, and no note."],
            ["{W}", "{F} carried it inside and put it on the kitchen table.", "For {n} days it stood on the window sill."],
            ["Then {M} came by and asked for the {g}.", "At last, {M} knocked and said that the {g} was lost.", "On Sunday, {M} saw the {g} and cried out with joy."],
            ["{F} gave it back and got a slice of apple cake for it.", "{F} was glad to hand it over.", "They drank tea together and talked for {n} hours."],
            ["{Z}"],
        ],
        [
            ["{N} took the early train from {T} to {U}.", "Early in the day, {N} set out from {T} for {U}.", "The road from {T} to {U} is long, and {N} knew every bend of it."],
            ["{W}", "The coach was nearly empty.", "There were {n} other passengers, and all of them were asleep."],
            ["Halfway, the train stopped because {A} stood on the rails.", "At a small station, {A} jumped on board.", "After an hour, {he} noticed that {his} {g} was missing."],
            ["The guard had never seen anything like it.", "{F} had to laugh.", "Nobody was in a hurry, so they waited."],
            ["They reached {U} just before dark.", "In {U}, {E} was waiting with an umbrella.", "It was {n} o'clock when {he} saw the roofs of {U}."],
            ["{Z}"],
        ],
        [
            ["{N} had worked in {T} as {J} for {n} years.", "In a side street of {T} lived {J} named {N}.", "Everyone in {T} knew {N}, who was {J}."],
            ["{F} got up before the sun and never closed before dark.", "The work was hard, but {he} liked it.", "People came from {U} to ask {him} for advice."],
            ["One day, a stranger brought {G} and asked what it was worth.", "One afternoon, a child came in with {G}.", "On a Monday in {Y}, somebody left {G} on the counter."],
            ["{F} looked at it for a long time and said nothing.", "{F} turned it over {n} times.", "It was older than the town hall."],
            ["In the end, {he} paid ten crowns for it.", "\"Keep it,\" {he} said, \"you will need it one day.\"", "{F} put it in the window, and there it still is."],
            ["{Z}"],
        ],
        [
            ["For dinner, {N} wanted to make {D}.", "{N} had promised to cook {D} for {n} guests.", "On {his} birthday, {N} decided to serve {D}."],
            ["First, {he} went to the market in {T}.", "There was no salt in the house.", "The stove was old and smoked a little."],
            ["{E} came early and wanted to help.", "{A} looked in through the kitchen window.", "{W}"],
            ["While they talked, the pot boiled over.", "For a moment, nobody watched the pan.", "The smell filled the whole street."],
            ["All the same, nothing was left on the plates.", "The guests asked for more.", "They ate it with bread and a glass of cider."],
            ["{Z}"],
        ],
        [
            ["{T} is a quiet town in {Y}.", "In {Y}, the people of {T} leave their windows open.", "Visitors who come to {T} in {Y} are often surprised."],
            ["The market opens at {n} in the morning, and the first carts arrive even earlier.", "There are {n} bakeries, and each claims to be the oldest.", "Boats with {C} sails lie along the quay."],
            ["Children play by the water until the bells ring.", "In the afternoon, the old people sit on the benches and watch the road.", "From the tower one can see as far as {U}."],
            ["{N} sells hot chestnuts at the corner.", "{N} has painted the view from the bridge {n} times.", "{N} opens the museum only when somebody knocks."],
            ["At night, the streets are empty, and only {A} walks about.", "When the lamps are lit, the houses look {C}.", "Those who stay for a week rarely want to leave."],
        ],
        [
            ["{N} and {M} had not spoken for {n} years.", "For {n} years, {N} did not answer the letters of {M}.", "It began with a quarrel between {N} and {M}."],
            ["The reason was {G}, and by now nobody remembered who owned it.", "It was about a fence, a pear tree and {A}.", "Both of them were too proud to take the first step."],
            ["Then, in {Y}, the river rose.", "One night, the mill caught fire.", "{W} The bridge to {U} was closed, and they met on the bank."],
            ["They had to carry the sandbags together.", "Without a word, {F} held out a hand.", "{E} was the first to laugh."],
            ["Now they have dinner together every Friday.", "Since then, the gate between the gardens stands open.", "The {g} hangs in the hall of the inn today."],
            ["{Z}"],
        ],
        [
            ["Every evening, {N} practised the {I} for an hour.", "{N} had bought an old {I} at the market in {T}.", "The {I} of {N} could be heard as far as the bridge."],
            ["The neighbours were patient people.", "Only {A} in the yard did not like it.", "At first, it sounded like a door that needs oil."],
            ["After {n} weeks, {he} could play a short song.", "{E}, who sang in the choir, showed {him} how to count.", "{W}"],
            ["In {Y}, there was a concert in the town hall.", "On the day of the fair, the band was one player short.", "Then the old teacher fell ill, and somebody had to take over."],
            ["{F} played better than ever before.", "One string broke, but nobody noticed.", "The applause lasted for {n} minutes."],
            ["{Z}"],
        ],
        [
            ["{A} had lived in the garden of {N} since {Y}.", "In {Y}, {A} came to the house of {N} and would not go away.", "{N} never wanted a pet, but then {A} moved in."],
            ["It ate everything except bread.", "It slept in an old basket by the stove.", "It followed {him} to the market and back."],
            ["One day it was gone.", "On a cold morning, the basket was empty.", "Then, after a storm, it did not come home."],
            ["{F} searched the meadows along the {R}.", "{F} asked everyone in {T}, from the mayor to the postman.", "{E} drew a picture, and they hung it on {n} doors."],
            ["They found it in the church, fast asleep.", "On the third day, it sat on the wall as if nothing had happened.", "A boy from {U} brought it back in a wheelbarrow."],
            ["{Z}"],
        ],
        [
            ["The bridge over the {R} was built by {n} men in one {Y}.", "There are {n} bridges over the {R}, and the one in {T} is the oldest.", "Long ago, there was only a ferry across the {R}."],
            ["It is said that the stones came from {U}.", "Its arches are {C} in the morning light.", "Until then, people had to wait for low water."],
            ["{N} kept the toll house for many years.", "A plate with the name of {N} is fixed to the railing.", "{N} drew the plans on the back of a letter."],
            ["The toll was one crown for a cart and nothing for {A}.", "Whoever crossed it at midnight had to whistle.", "Twice the flood came, and twice it held."],
            ["Today, it carries only walkers.", "The old lanterns still burn every night.", "Painters like to set up their easels there."],
        ],
        [
            ["{N} wanted to learn {H}, although everybody advised against it.", "At the age of sixty, {N} began with {H}.", "It was {M} who talked {N} into {H}."],
            ["The first attempt ended in the hedge.", "In the beginning, nothing went right.", "{F} read {n} books about it and understood none of them."],
            ["\"Patience,\" said {E}, \"is half of the art.\"", "{W}", "Week after week, the two met behind the old barn in {T}."],
            ["By {Y}, it went much better.", "Slowly, {his} hands learned what to do.", "After {n} months, even the doubters came to watch."],
            ["Last year, {he} won a small prize for it.", "Now {he} teaches others.", "{F} says that it is never too late."],
        ],
        [
            ["The letter to {N} arrived in {T} {n} years too late.", "In an old desk, {N} found a letter that had never been sent.", "The postman in {T} handed {N} a letter without a stamp."],
            ["It was written in {C} ink.", "The hand was that of {M}.", "It said only: \"Come to {U} and bring the {g}.\""],
            ["{F} read it {n} times.", "{F} sat down by the window and thought.", "{W}"],
            ["The next morning, {he} packed a small bag.", "Then {he} asked {E} what it meant.", "At first, {he} wanted to throw it into the fire."],
            ["The answer was simpler than expected.", "Some questions are better left alone.", "It turned out that the letter was meant for someone else."],
            ["{Z}"],
        ],
        [
            ["At the auction in {T}, {N} bid for {G}.", "{N} only went to the auction in {T} because of the rain.", "There was a long line in front of the auction room in {T}, and {N} stood at its end."],
            ["The price rose quickly.", "Only {M} kept bidding against {him}.", "{n} people raised their hands at once."],
            ["\"Going once,\" called the auctioneer, \"going twice!\"", "At that moment, {A} ran through the room.", "{F} looked at {his} purse and sighed."],
            ["In the confusion, the hammer fell.", "Then it was very quiet.", "Somebody in the back row sneezed, and that counted as a bid."],
            ["So the {g} went to {U} after all.", "The {g} stands in {F}'s kitchen today.", "{F} went home with {n} old chairs instead."],
            ["{Z}"],
        ],
        [
            ["The school in {T} has {n} rooms and one bell.", "When {N} was young, the school in {T} had only one stove.", "{N} rang the school bell in {T} for the first time in {Y}."],
            ["In {Y}, the children bring wood from home.", "On the wall hangs a map on which {U} is missing.", "Those who came late had to feed {A}."],
            ["{F} taught reading in the morning and sums in the afternoon.", "The best lessons were held under the lime tree.", "\"Look closely,\" {he} used to say, \"and then look again.\""],
            ["{M} was the only one who never learned to spell.", "{M} later became mayor of the town.", "Once, {M} asked why the sky is {C} at night, and nobody knew."],
            ["The bell still rings at eight.", "Today, the building is a library.", "Every year, the old pupils meet there for {D}."],
        ],
        [
            ["There was a power cut in {T}, and the whole town was dark.", "One evening in {Y}, all the lights of {T} went out.", "It was dark in {T}, darker than anyone could remember."],
            ["{N} lit a candle and went out into the street.", "{N} fetched the old lantern from the attic.", "{N}, who was {J}, knew what had to be done."],
            ["{E} came with {n} candles and a pot of soup.", "On the square, people had put out chairs.", "Somebody began to play the {I}."],
            ["For the first time in years, one could see the stars.", "The mayor tripped over {A}.", "They told each other stories from the old days."],
            ["When the lights came back, everyone was a little sad.", "At {n} in the morning, the lamps flickered and burned again.", "Since then, {T} turns off its lamps once a year."],
        ],
        [
            ["{N} planted a pear tree on the day {he} moved to {T}.", "Behind the house of {N} grew a pear tree with {C} fruit.", "When {N} bought the garden in {T}, there was nothing in it but stones."],
            ["It bore nothing for {n} years.", "Every {Y}, {he} counted the blossoms.", "The soil was poor, and the wind came from the {R}."],
            ["{M} advised {him} to cut it down.", "{M} said that one must talk to trees.", "One night, {A} dug a deep hole beside it."],
            ["In the hole lay {G}, wrapped in cloth.", "{F} did not listen and went on watering.", "{W}"],
            ["The following year, there were more pears than {he} could carry.", "Now the whole street makes jam in autumn.", "Its shade reaches as far as the road to {U}."],
        ],
        [
            ["The people of {T} and the people of {U} hold a boat race on the {R} every {Y}.", "Once a year, {T} rows against {U}.", "Nobody in {T} works on the day of the boat race."],
            ["{N} was to steer the {C} boat.", "{N} had trained for {n} weeks.", "At the last moment, {N} had to step in for {M}."],
            ["{W}", "The start was delayed because of {A} in the water.", "The band played, and the children waved flags."],
            ["In the middle of the race, an oar broke.", "At the bend, both boats were level.", "{E} stood on the bank and shouted as loud as possible."],
            ["They lost by the length of a hand.", "They won, although nobody had believed in it.", "The judges could not agree, so both sides got a wheel of cheese."],
            ["{Z}"],
        ],
    ];
}
