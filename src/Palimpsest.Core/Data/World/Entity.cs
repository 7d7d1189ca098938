namespace Palimpsest.Data.Worlds;

/// <summary>Something the world knows facts about.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name without an article: "Ilse Varran", "Kelora Works", "Morvotto kettle". No two entities of a world share one.</param>
/// <param name="Pronoun">"he", "she" or "it".</param>
public sealed record Entity(EntityKind Kind, string Name, string Pronoun)
{
    /// <summary>The name as it stands inside a sentence: with "the" before products and events.</summary>
    public string InSentence => Kind is EntityKind.Product or EntityKind.Event ? "the " + Name : Name;

    internal string ObjectPronoun => Pronoun switch { "he" => "him", "she" => "her", _ => "it" };

    internal string PossessivePronoun => Pronoun switch { "he" => "his", "she" => "her", _ => "its" };
}
