namespace Palimpsest.Metrics;

/// <summary>A document found.</summary>
/// <param name="Document">Its place in the collection, from 0 on.</param>
/// <param name="Score">Its score.</param>
public readonly record struct Bm25Hit(int Document, double Score);
