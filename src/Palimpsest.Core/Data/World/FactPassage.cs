namespace Palimpsest.Data.Worlds;

/// <summary>A passage to be retrieved for a question about a fact, or rather not.</summary>
/// <param name="Text">One to three sentences about <paramref name="Subject"/>, which the first one names.</param>
/// <param name="Kind">What it has to do with the fact.</param>
/// <param name="Subject">Whom or what it is about.</param>
/// <param name="Facts">The facts it states, in the order of the text.</param>
/// <param name="Owner">Slug of the owner whose register it comes from; null for the general part, which everybody has.</param>
public sealed record FactPassage(string Text, PassageKind Kind, Entity Subject, IReadOnlyList<Fact> Facts, string? Owner);
