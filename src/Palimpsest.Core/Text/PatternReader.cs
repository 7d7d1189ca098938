using Palimpsest.Text.Patterns;

namespace Palimpsest.Text;

/// <summary>Reads <c>{"String": ...}</c>, <c>{"Regex": ...}</c> or a bare string.</summary>
internal static class PatternReader
{
    public static ITextPattern Read(JsonPart part)
    {
        if (part.Value.ValueKind == System.Text.Json.JsonValueKind.String)
            return new LiteralPattern(part.AsText());
        part.AllowOnly("String", "Regex");
        if (part.OptionalText("String") is string literal)
            return new LiteralPattern(literal);
        try
        {
            return new CodePointRegex(part.Text("Regex"));
        }
        catch (FormatException error)
        {
            throw new PalimpsestException(part.Error($"has a pattern that cannot be used: {error.Message}.").Message, error);
        }
    }
}
