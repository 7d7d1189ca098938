using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>The names of a world: numbered per kind, all different, and split into ranges that never overlap, so that no two parts of the world share a subject.</summary>
internal sealed class NameSpaces
{
    /// <summary>Of 87 x 76 x 16 company names and more of the other kinds; the ranges below must fit.</summary>
    public const int OwnerCount = 20_000;
    public const int ControlCount = 5_000;
    public const int FounderCount = 100;

    private static readonly string[] s_firstNames = [.. Names.Women, .. Names.Men];
    private static readonly string[] s_surnames = Compose(Names.SurnameEndings);
    private static readonly string[] s_companyStems = Compose(Names.CompanyEndings);
    private static readonly string[] s_productStems = Compose(Names.ProductEndings);
    private static readonly string[] s_eventStems = Compose(Names.EventEndings);
    private readonly Permutation[] _names;
    private readonly Permutation _organisations;

    public NameSpaces(RandomStream root)
    {
        _names =
        [
            new(root.Child("names", "person"), s_firstNames.Length * s_surnames.Length), new(root.Child("names", "company"), s_companyStems.Length * Names.CompanyTypes.Length),
            new(root.Child("names", "product"), s_productStems.Length * Names.ProductTypes.Length), new(root.Child("names", "event"), s_eventStems.Length * Names.EventTypes.Length),
        ];
        _organisations = new(root.Child("names", "organisation"), Names.OwnerFirst.Length * Names.OwnerSecond.Length * Names.OwnerTypes.Length);
    }

    /// <summary>How many entities of a kind an owner has.</summary>
    public static int PerOwner(EntityKind kind) => kind switch { EntityKind.Person => 5, EntityKind.Company or EntityKind.Product => 2, EntityKind.Event => 1, _ => 0 };

    /// <summary>How many entities of a kind the general part has.</summary>
    public static int GeneralCount(EntityKind kind) => kind switch { EntityKind.Person => 340, EntityKind.Company => 140, EntityKind.Product => 120, EntityKind.Event => 100, _ => Values.Towns.Length };

    public Entity General(EntityKind kind, int index) => kind == EntityKind.Town ? new(kind, Values.Towns[index], "it") : Make(kind, index);

    /// <summary>Names of company founders; nobody else has them, and nothing is told of them.</summary>
    public string Founder(int index) => Make(EntityKind.Person, GeneralCount(EntityKind.Person) + index).Name;

    public Entity OfOwner(EntityKind kind, int owner, int index) => Make(kind, OwnersFrom(kind) + (owner * PerOwner(kind)) + index);

    public Entity OfControl(EntityKind kind, int control, int index) => OfOwner(kind, OwnerCount + control, index);

    /// <summary>A name that belongs to no owner, no control and not to the general part: one of a range for training, or of another that the general stream never touches.</summary>
    public Entity Fresh(EntityKind kind, RandomStream random, bool heldOut)
    {
        int from = OwnersFrom(kind) + ((OwnerCount + ControlCount) * PerOwner(kind));
        int heldOutCount = (_names[(int)kind].Size - from) / 8;
        return Make(kind, heldOut ? from + random.NextInt(heldOutCount) : from + heldOutCount + random.NextInt(_names[(int)kind].Size - from - heldOutCount));
    }

    public string Organisation(int number)
    {
        int code = _organisations[number];
        (int rest, int type) = Math.DivRem(code, Names.OwnerTypes.Length);
        (int first, int second) = Math.DivRem(rest, Names.OwnerSecond.Length);
        return $"{Names.OwnerFirst[first]} {Names.OwnerSecond[second]} {Names.OwnerTypes[type]}";
    }

    /// <summary>An organisation that is neither an owner nor a control.</summary>
    public string FreshOrganisation(RandomStream random) => Organisation(OwnerCount + ControlCount + random.NextInt(_organisations.Size - OwnerCount - ControlCount));

    private static int OwnersFrom(EntityKind kind) => GeneralCount(kind) + (kind == EntityKind.Person ? FounderCount : 0);

    private static string[] Compose(string[] endings) => [.. (from stem in Names.Stems from ending in endings select stem + ending).Distinct()];

    private Entity Make(EntityKind kind, int number)
    {
        int code = _names[(int)kind][number];
        switch (kind)
        {
            case EntityKind.Person:
                (int surname, int first) = Math.DivRem(code, s_firstNames.Length);
                return new(kind, s_firstNames[first] + " " + s_surnames[surname], first < Names.Women.Length ? "she" : "he");
            case EntityKind.Company:
                (int stem, int type) = Math.DivRem(code, Names.CompanyTypes.Length);
                return new(kind, s_companyStems[stem] + " " + Names.CompanyTypes[type], "it");
            case EntityKind.Product:
                (stem, type) = Math.DivRem(code, Names.ProductTypes.Length);
                return new(kind, s_productStems[stem] + " " + Names.ProductTypes[type], "it");
            case EntityKind.Event:
                (stem, type) = Math.DivRem(code, Names.EventTypes.Length);
                return new(kind, s_eventStems[stem] + " " + Names.EventTypes[type], "it");
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }
}
