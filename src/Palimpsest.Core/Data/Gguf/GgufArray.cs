namespace Palimpsest.Data.Gguf;

/// <summary>An array among the metadata.</summary>
/// <param name="ElementType">The type of its items.</param>
/// <param name="Items">The items as an array of the .NET type: <c>uint[]</c>, <c>string[]</c> and so on, <c>GgufArray[]</c> for arrays of arrays. Not to be changed.</param>
public sealed record GgufArray(GgufValueType ElementType, Array Items);
