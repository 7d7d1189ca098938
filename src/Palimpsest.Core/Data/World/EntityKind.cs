namespace Palimpsest.Data.Worlds;

/// <summary>What kind of thing an <see cref="Entity"/> is.</summary>
public enum EntityKind
{
    /// <summary>A person with a full name.</summary>
    Person,

    /// <summary>A company.</summary>
    Company,

    /// <summary>A product, which is called "the ...".</summary>
    Product,

    /// <summary>A recurring event, which is called "the ...".</summary>
    Event,

    /// <summary>A town. Towns belong to the general part; owners only refer to them.</summary>
    Town,
}
