namespace Palimpsest.Data.Gguf;

/// <summary>A metadata value as it stands in the file.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Content">The value in the .NET type of the same name, or a <see cref="GgufArray"/>.</param>
public sealed record GgufValue(GgufValueType Type, object Content);
