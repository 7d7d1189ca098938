namespace Palimpsest.Data.Worlds;

/// <summary>What a passage has to do with the fact that is asked for.</summary>
public enum PassageKind
{
    /// <summary>It states the fact.</summary>
    Answer,

    /// <summary>It is about the same entity and states other relations of it.</summary>
    SameEntity,

    /// <summary>It states the same relation of another entity, with another value.</summary>
    SameRelation,
}
