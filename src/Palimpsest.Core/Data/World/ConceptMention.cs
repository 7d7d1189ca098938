namespace Palimpsest.Data.Worlds;

/// <summary>A place where a document names a rare concept.</summary>
/// <param name="Concept">Its number in <see cref="TopicStream.Concepts"/>.</param>
/// <param name="Start">Where the word begins, in characters of the document.</param>
/// <param name="Length">Number of characters of the word.</param>
public readonly record struct ConceptMention(int Concept, int Start, int Length);
