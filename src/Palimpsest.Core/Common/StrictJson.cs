using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Palimpsest.Common;

/// <summary>Parses JSON from files of unknown origin. What .NET's documents would only trip over later, at the key or the string that someone asks for, is refused at once.</summary>
public static class StrictJson
{
    private const int MostBytes = 1 << 24;
    private const int MostDepth = 32;

    /// <summary>Reads a file of settings: at most 16 MiB, nested at most 32 deep, no key twice in an object; a byte-order mark is passed over.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The root; null stands for the JSON null.</returns>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    /// <exception cref="IOException">It cannot be read, or is no regular file.</exception>
    public static JsonNode? ReadFile(string path) =>
        Parse(RegularFile.ReadBytes(path, MostBytes) ?? throw new JsonException($"it has more than {MostBytes >> 20} MiB"));

    /// <summary>Parses a text under the rules of <see cref="ReadFile"/>, of any length.</summary>
    /// <param name="utf8">The text.</param>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        CheckText(utf8, MostDepth);
        return JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions { MaxDepth = MostDepth, AllowDuplicateProperties = false });
    }

    /// <summary>Refuses JSON with strings that are no text: bytes that are not UTF-8, or an escape such as <c>\ud800</c> without its other half.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="depth">Deepest nesting.</param>
    /// <exception cref="JsonException">There is such a string, or it is no JSON.</exception>
    public static void CheckText(ReadOnlySpan<byte> utf8, int depth)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new JsonException("it is not UTF-8");
        }

        // Only such escapes can be halves.
        if (utf8.IndexOf("\\u"u8) < 0)
        {
            return;
        }

        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = depth });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped)
            {
                CheckString(ref reader);
            }
        }
    }

    private static void CheckString(ref Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException($"the string at byte {reader.TokenStartIndex + 1} holds half of a surrogate pair", error);
        }
    }
}
