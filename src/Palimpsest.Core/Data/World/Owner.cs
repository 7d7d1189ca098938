using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>An organisation that keeps a register of ten subjects of its own: five people, two companies, two products and an event, with four facts each.</summary>
/// <remarks>No other owner, no control and no general text names its subjects. Safe for use by several threads.</remarks>
public sealed class Owner
{
    /// <summary>Number of facts of every owner.</summary>
    public const int FactCount = 40;

    // The order of the subjects within each round of facts: kinds alternate, so that the first few facts are already a mix.
    private static readonly (EntityKind Kind, int Index)[] s_subjects =
    [
        (EntityKind.Person, 0), (EntityKind.Company, 0), (EntityKind.Person, 1), (EntityKind.Product, 0), (EntityKind.Person, 2), (EntityKind.Event, 0), (EntityKind.Person, 3), (EntityKind.Company, 1),
        (EntityKind.Person, 4), (EntityKind.Product, 1),
    ];

    internal Owner(int index, bool isControl, string name, Func<EntityKind, int, Entity> subject, IReadOnlyList<Relation> relations, RandomStream random)
    {
        Index = index;
        IsControl = isControl;
        Name = name;
        Slug = name.ToLowerInvariant().Replace(' ', '-');
        Facts = MakeFacts([.. s_subjects.Select(s => subject(s.Kind, s.Index))], relations, random);
    }

    /// <summary>Its number among the owners, or among the controls.</summary>
    public int Index { get; }

    /// <summary>Whether it belongs to the control group, which nobody trains on.</summary>
    public bool IsControl { get; }

    /// <summary>Its name in small letters with hyphens, unique in the world: "north-bridge-clinic".</summary>
    public string Slug { get; }

    /// <summary>Its name: "North Bridge Clinic".</summary>
    public string Name { get; }

    /// <summary>Its <see cref="FactCount"/> facts. The first N are a sensible subset for any N: every ten facts take all ten subjects in turn, and relations alternate.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>The training examples of its first facts, fact by fact.</summary>
    /// <param name="facts">How many facts, from 1 to <see cref="FactCount"/>.</param>
    /// <param name="perFact">How many examples a fact at most; see <see cref="Fact.TrainingExamples"/>.</param>
    public IReadOnlyList<TextExample> TrainingExamples(int facts = FactCount, int perFact = 12) => [.. Facts.Take(facts).SelectMany(fact => fact.TrainingExamples(perFact))];

    /// <summary>The held-out questions about its first facts, fact by fact.</summary>
    /// <param name="facts">How many facts, from 1 to <see cref="FactCount"/>.</param>
    public IReadOnlyList<ChoiceQuestion> HeldOutQuestions(int facts = FactCount) => [.. Facts.Take(facts).SelectMany(fact => fact.HeldOutQuestions)];

    private Fact[] MakeFacts(Entity[] subjects, IReadOnlyList<Relation> relations, RandomStream random)
    {
        Relation[][] shuffled = [.. Enum.GetValues<EntityKind>().Select(kind => relations.Where(relation => relation.Kind == kind).ToArray())];
        RandomStream order = random.Child("relations");
        foreach (Relation[] ofKind in shuffled)
        {
            order.Shuffle(ofKind.AsSpan());
        }

        // Subject i of a kind takes relations i, i + 2, i + 4, i + 6: different ones in the same round, and every relation is shared by two or three people.
        (Entity Subject, Relation Relation)[] plan = new (Entity, Relation)[FactCount];
        for (int n = 0; n < FactCount; n++)
        {
            (int round, int place) = Math.DivRem(n, subjects.Length);
            Relation[] ofKind = shuffled[(int)subjects[place].Kind];
            plan[n] = (subjects[place], ofKind[(s_subjects[place].Index + (2 * round)) % ofKind.Length]);
        }

        RandomStream values = random.Child("values");
        string[] answers = [.. plan.Select(fact => values.Pick(fact.Relation.Values))];
        RandomStream wrong = random.Child("wrong");
        Fact[] facts = new Fact[FactCount];
        for (int n = 0; n < FactCount; n++)
        {
            string[] siblings = [.. Enumerable.Range(0, FactCount).Where(other => plan[other].Relation == plan[n].Relation).Select(other => answers[other])];
            facts[n] = new(plan[n].Subject, plan[n].Relation, answers[n], WrongAnswers.Draw(plan[n].Relation, answers[n], siblings, wrong), this, n, random.Child("examples", FactName(n)));
        }

        return facts;
    }

    private static string FactName(int n) => n.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
