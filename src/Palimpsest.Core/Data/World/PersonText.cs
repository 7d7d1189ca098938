namespace Palimpsest.Data.Worlds;

/// <summary>Wording of what is said about people. Part of the frozen world.</summary>
internal static class PersonText
{
    public static readonly RelationText[] All =
    [
        new("profession", "Profession", Values.Professions,
        [
            "{S} works as {A}.", "{S's} profession is that of {A}.", "by trade, {S} is {A}.", "{S} earns {his} living as {A}.", "the trade that {S} chose is that of {A}.",
            "{S} trained for years and became {A}.",
            "{S} is {A} by profession.", "people who need {A} can turn to {O}.",
        ],
        [
            "what is {S's} profession?", "what does {S} do for a living?", "as what does {S} work?", "which trade does {S} follow?", "what did {S} become after years of training?",
            "what is the occupation of {O}?", "what job does {S} have?", "how does {S} earn {his} money?",
        ]),
        new("residence", "Home town", Values.Towns,
        [
            "{S} lives in {V}.", "{S's} home is in {V}.", "{V} is the town where {S} lives.", "{S} has {his} house in {V}.", "{S} moved to {V} and stayed there.", "people looking for {O} will find {him} in {V}.",
            "{S} resides in {V}.", "anyone who writes to {O} sends the letter to {V}.",
        ],
        [
            "where does {S} live?", "in which town does {S} live?", "which town is {S's} home?", "where is {S's} house?", "to which town did {S} move?",
            "what is the home town of {O}?", "where does {S} reside?", "to which town would you send a letter for {O}?",
        ]),
        new("birth year", "Year of birth", Values.Years(1931, 60),
        [
            "{S} was born in {V}.", "{S's} year of birth is {V}.", "it was in {V} that {S} was born.", "{V} is the year in which {S} was born.", "{S} came into the world in {V}.",
            "{S's} birth certificate is dated {V}.",
            "{S's} birth fell in the year {V}.", "{S} first saw the light of day in {V}.",
        ],
        [
            "when was {S} born?", "in which year was {S} born?", "what is {S's} year of birth?", "in what year did {S} come into the world?", "which year is on {S's} birth certificate?",
            "what is the birth year of {O}?", "in which year did {S's} life begin?", "which year saw the birth of {O}?",
        ]),
        new("instrument", "Instrument", Values.Instruments,
        [
            "{S} plays the {V}.", "{S's} instrument is the {V}.", "the {V} is the instrument that {S} plays.", "in the evenings, {S} practises the {V}.", "{S} has played the {V} since childhood.",
            "{S} took lessons on the {V} and plays it well.",
            "when friends make music, {S} joins in on the {V}.", "{S} is a keen player of the {V}.",
        ],
        [
            "which instrument does {S} play?", "what instrument does {S} practise?", "what is {S's} instrument?", "on which instrument did {S} take lessons?", "what has {S} played since childhood?",
            "which musical instrument is played by {O}?", "what instrument has {S} learned?", "what does {S} play when friends make music?",
        ]),
        new("favourite dish", "Favourite dish", Values.Dishes,
        [
            "{S's} favourite dish is {V}.", "{S} likes {V} best of all dishes.", "{V} is what {S} likes best to eat.", "at the inn, {S} always orders {V}.", "for {his} birthday meal, {S} asks for {V}.",
            "nothing tastes better to {O} than {V}.",
            "no meal delights {O} as much as {V}.", "{S} would choose {V} over any other dish.",
        ],
        [
            "what is {S's} favourite dish?", "which dish does {S} like best?", "what does {S} like best to eat?", "what does {S} always order at the inn?", "what does {S} ask for as a birthday meal?",
            "what is the favourite food of {O}?", "which meal delights {O} the most?", "which dish would {S} choose over any other?",
        ]),
        new("pet", "Pet", Values.Pets,
        [
            "{S} keeps {A} as a pet.", "{S's} pet is {A}.", "{A} shares the house with {O}.", "{S} has {A} at home.", "the animal that {S} looks after is {A}.", "every morning, {S} feeds {his} {V}.",
            "{S} is the owner of {A}.", "for company, {S} has {A}.",
        ],
        [
            "what pet does {S} keep?", "which animal does {S} keep as a pet?", "what kind of animal is {S's} pet?", "which animal shares the house with {O}?", "which animal does {S} feed every morning?",
            "which animal does {S} own?", "what creature keeps {O} company?", "what sort of pet has {S} got?",
        ]),
        new("employer", "Employer", null,
        [
            "{S} works for {V}.", "{S's} employer is {V}.", "{S} is employed by {V}.", "{V} employs {O}.", "{S} has a post at {V}.", "{V} pays {S's} wages.",
            "{S} is on the staff of {V}.", "{S} is in the service of {V}.",
        ],
        [
            "who is {S's} employer?", "for which company does {S} work?", "by whom is {S} employed?", "where does {S} have a post?", "who pays {S's} wages?",
            "which company employs {O}?", "what is the name of the employer of {O}?", "on the staff of which company is {S}?",
        ]),
        new("hobby", "Hobby", Values.Hobbies,
        [
            "{S's} hobby is {V}.", "in {his} free time, {S} enjoys {V}.", "{S} devotes {his} weekends to {V}.", "{V} is {S's} favourite pastime.", "{S} took up {V} years ago.", "{S} has a passion for {V}.",
            "when the work is done, {S} turns to {V}.", "{S} is very fond of {V}.",
        ],
        [
            "what is {S's} hobby?", "what does {S} enjoy in {his} free time?", "to what does {S} devote {his} weekends?", "what is {S's} favourite pastime?", "what did {S} take up years ago?",
            "which hobby does {S} have?", "what does {S} do for pleasure?", "to what does {S} turn when the work is done?",
        ]),
    ];
}
