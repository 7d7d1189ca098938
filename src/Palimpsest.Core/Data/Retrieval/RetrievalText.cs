namespace Palimpsest.Data.Retrieval;

/// <summary>A document or a query.</summary>
/// <param name="Id">Its identifier, unique among its kind.</param>
/// <param name="Text">What is searched, or searched for.</param>
public sealed record RetrievalText(string Id, string Text);
