namespace Palimpsest.Data.Worlds;

/// <summary>Wording of what is said about events. Part of the frozen world.</summary>
internal static class EventText
{
    public static readonly RelationText[] All =
    [
        new("place", "Place", Values.Towns,
        [
            "{S} takes place in {V}.", "{S's} venue is the town of {V}.", "{V} is where {S} is held.", "{S} is held in {V}.", "visitors to {O} travel to {V}.", "every year, {S} fills the streets of {V}.",
            "the town that hosts {O} is {V}.", "to see {O}, one has to go to {V}.",
        ],
        [
            "where does {S} take place?", "in which town is {S} held?", "where is {S} held?", "to which town do visitors to {O} travel?", "the streets of which town does {S} fill?",
            "which town hosts {O}?", "where does one have to go to see {O}?", "what is the location of {O}?",
        ]),
        new("date", "Date", Values.Dates,
        [
            "{S} takes place on {V}.", "{S's} date is {V}.", "{V} is the day of {O}.", "every year, {S} is held on {V}.", "{S} always falls on {V}.", "{S} opens on {V}.",
            "the calendar gives {V} as the day of {O}.", "people mark {V} in their calendars for {O}.",
        ],
        [
            "on which date does {S} take place?", "what is {S's} date?", "on which day is {S} held?", "when does {S} open?", "on what date does {S} fall?",
            "when is {S} held?", "what is the date of {O}?", "which day does the calendar give for {O}?",
        ]),
        new("organiser", "Organiser", Values.Organisers,
        [
            "{S} is organised by {V}.", "{S's} organiser is {V}.", "{V} organises {O}.", "{S} is run by {V}.", "{V} takes care of {O}.", "tickets for {O} are sold by {V}.",
            "{S} is in the hands of {V}.", "behind {O} stands {V}.",
        ],
        [
            "who organises {O}?", "by whom is {S} organised?", "who is {S's} organiser?", "who runs {O}?", "who sells tickets for {O}?",
            "which body is in charge of {O}?", "in whose hands is {S}?", "who is responsible for organising {O}?",
        ]),
        new("prize", "First prize", Values.Prizes,
        [
            "the winner of {O} receives {A}.", "{S's} first prize is {A}.", "{A} is the first prize of {O}.", "at {O}, the winner takes home {A}.", "whoever wins at {O} gets {A}.", "{S} rewards its winner with {A}.",
            "to win at {O} means to go home with {A}.", "the jury of {O} awards {A} to the winner.",
        ],
        [
            "what does the winner of {O} receive?", "what is {S's} first prize?", "what does the winner take home at {O}?", "what does one get for winning at {O}?", "with what does {S} reward its winner?",
            "what is the prize of {O}?", "what can be won at {O}?", "which prize is awarded at {O}?",
        ]),
        new("first held", "First held in", Values.Years(1841, 120),
        [
            "{S} was first held in {V}.", "{S} has been held since {V}.", "{S's} first year was {V}.", "the tradition of {O} began in {V}.", "{V} is the year in which {S} was first held.", "people have celebrated {O} since {V}.",
            "{S} goes back to {V}.", "in {V}, {S} was held for the first time.",
        ],
        [
            "when was {S} first held?", "since when has {S} been held?", "what was {S's} first year?", "when did the tradition of {O} begin?", "in which year was {S} first held?",
            "to which year does {S} go back?", "in what year was {S} held for the first time?", "from which year on has {S} been celebrated?",
        ]),
    ];
}
