using System.Globalization;
using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>Documents with fields.</summary>
internal static class Documents
{
    private static readonly string[][] s_titles =
    [
        ["Personal file", "Member card", "Index card", "Registration form"], ["Company register", "Trade directory", "Business card", "Supplier file"],
        ["Product sheet", "Catalogue page", "Invoice", "Order form"], ["Event notice", "Programme", "Announcement", "Permit"], ["Town guide", "Gazetteer", "Travel sheet", "Map legend"],
    ];

    private static readonly string[] s_nameLabels = ["Name", "Company", "Item", "Event", "Town"];

    private static readonly string[] s_numberQuestions = ["what is the number of the document?", "which number does the document have?", "under which number is the document filed?"];
    private static readonly string[] s_dateQuestions = ["what is the date of the document?", "when was the document issued?", "on which day was the document written?"];
    private static readonly string[] s_clerkQuestions = ["who signed the document?", "what is the name of the clerk?", "which clerk wrote the document?"];
    private static readonly string[] s_issuerQuestions = ["who issued the document?", "which organisation does the document come from?", "whose document is this?"];

    /// <summary>A title line, the name and the fields, in one of three layouts.</summary>
    public static string Card(string issuer, IReadOnlyList<Fact> facts, RandomStream random) =>
        Layout($"{Title(facts[0].Subject, random)}, {issuer}", [NameField(facts[0].Subject), .. facts.Select(Field)], random.NextInt(3));

    /// <summary>A document about a fresh entity with a question about one of its fields.</summary>
    public static TextExample Asked(NameSpaces names, IReadOnlyList<Fact> facts, RandomStream random, bool heldOut)
    {
        Entity subject = facts[0].Subject;
        string issuer = names.FreshOrganisation(random);
        string number = (1000 + random.NextInt(9000)).ToString(CultureInfo.InvariantCulture);
        string date = $"{random.Pick(Values.Dates)} {(1960 + random.NextInt(60)).ToString(CultureInfo.InvariantCulture)}";
        string clerk = names.Fresh(EntityKind.Person, random, heldOut).Name;
        List<(string Label, string Value)> fields = [NameField(subject), .. facts.Select(Field)];
        int extras = random.NextInt(3);
        if (extras > 0)
        {
            fields.Insert(random.NextInt(fields.Count + 1), ("Date of issue", date));
        }

        if (extras > 1)
        {
            fields.Add(("Clerk", clerk));
        }

        string document = Layout($"{Title(subject, random)} No. {number}, {issuer}", fields, random.NextInt(3));
        int about = random.NextInt(20);
        Fact fact = facts[random.NextInt(facts.Count)];
        int phrasing = random.NextInt(fact.Relation.AllQuestions);
        (string question, string answer) = about switch
        {
            0 => (random.Pick(s_numberQuestions), number),
            1 => (random.Pick(s_issuerQuestions), issuer),
            2 or 3 when extras > 0 => (random.Pick(s_dateQuestions), date),
            4 or 5 when extras > 1 => (random.Pick(s_clerkQuestions), clerk),
            _ => (fact.QuestionText(phrasing, pronoun: false), fact.Answer),
        };
        return new($"Document:\n{document}\n{Formats.Ask(Words.Capital(question))}", " " + answer);
    }

    private static string Title(Entity subject, RandomStream random) => random.Pick(s_titles[(int)subject.Kind]);

    private static (string Label, string Value) NameField(Entity subject) => (s_nameLabels[(int)subject.Kind], subject.Name);

    private static (string Label, string Value) Field(Fact fact) => (fact.Relation.Label, fact.Answer);

    private static string Layout(string title, IReadOnlyList<(string Label, string Value)> fields, int layout)
    {
        StringBuilder text = new(title);
        text.Append('\n');
        for (int i = 0; i < fields.Count; i++)
        {
            (string label, string value) = fields[i];
            text.Append(i > 0 && layout < 2 ? "\n" : "").Append(i > 0 && layout == 2 ? "; " : "").Append(layout == 1 ? "- " : "").Append(label).Append(": ").Append(value);
        }

        return text.ToString();
    }
}
