namespace Palimpsest.Data.Worlds;

/// <summary>A document of a <see cref="TopicStream"/> with its labels.</summary>
/// <param name="Text">Five to eight sentences.</param>
/// <param name="Topic">One of <see cref="TopicStream.Topics"/>.</param>
/// <param name="IsRare">Whether it belongs to the sub-domain; only then it has mentions.</param>
/// <param name="Mentions">Every place where a rare concept is named, in the order of the text.</param>
public sealed record TopicDocument(string Text, string Topic, bool IsRare, IReadOnlyList<ConceptMention> Mentions)
{
    /// <summary>The rare concepts it names, each once, in ascending order: numbers in <see cref="TopicStream.Concepts"/>.</summary>
    public IReadOnlyList<int> Concepts => [.. Mentions.Select(mention => mention.Concept).Distinct().Order()];
}
