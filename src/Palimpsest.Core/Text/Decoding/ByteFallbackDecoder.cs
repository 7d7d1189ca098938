using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Palimpsest.Text.Decoding;

/// <summary>Joins tokens such as <c>&lt;0xE4&gt;</c> into characters. When a row of them is not valid UTF-8, every byte of the row becomes U+FFFD, the valid ones too.</summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    public override void Apply(List<string> tokens)
    {
        List<byte> row = [];
        List<string> result = new(tokens.Count);
        foreach (string token in tokens)
        {
            if (token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
                && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                row.Add(value);
                continue;
            }

            Flush(row, result);
            result.Add(token);
        }

        Flush(row, result);
        tokens.Clear();
        tokens.AddRange(result);
    }

    private static void Flush(List<byte> row, List<string> result)
    {
        if (row.Count == 0)
            return;
        byte[] bytes = [.. row];
        if (Utf8.IsValid(bytes))
            result.Add(Encoding.UTF8.GetString(bytes));
        else
            result.AddRange(Enumerable.Repeat("\uFFFD", bytes.Length));
        row.Clear();
    }
}
