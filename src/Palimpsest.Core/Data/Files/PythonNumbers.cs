using System.Text;

namespace Palimpsest.Data.Files;

/// <summary>Finds what Python's <c>json</c> writes for floating-point values that JSON does not have: <c>NaN</c>, <c>Infinity</c> and
/// <c>-Infinity</c>.</summary>
internal static class PythonNumbers
{
    /// <summary>Puts <c>null</c> in their places.</summary>
    /// <param name="line">An object.</param>
    /// <param name="mended">The same with nulls.</param>
    /// <param name="keys">The keys of the object in whose values they stood.</param>
    /// <returns>Whether there are any.</returns>
    public static bool TryReplace(ReadOnlySpan<byte> line, out byte[] mended, out IReadOnlyCollection<string> keys)
    {
        List<byte> result = new(line.Length);
        HashSet<string> found = new(StringComparer.Ordinal);
        string key = "";
        int depth = 0;
        for (int i = 0; i < line.Length;)
        {
            if (line[i] == '"')
            {
                int end = EndOfString(line, i);
                if (depth == 1 && line[end..].TrimStart(" \t"u8).StartsWith(":"u8))
                {
                    key = Encoding.UTF8.GetString(line[(i + 1)..Math.Max(i + 1, end - 1)]);
                }

                result.AddRange(line[i..end]);
                i = end;
                continue;
            }

            int length = line[i..].StartsWith("NaN"u8) ? 3 : line[i..].StartsWith("Infinity"u8) ? 8 : line[i..].StartsWith("-Infinity"u8) ? 9 : 0;
            if (length > 0)
            {
                found.Add(key);
                result.AddRange("null"u8);
                i += length;
                continue;
            }

            depth += line[i] is (byte)'{' or (byte)'[' ? 1 : line[i] is (byte)'}' or (byte)']' ? -1 : 0;
            result.Add(line[i++]);
        }

        (mended, keys) = ([.. result], found);
        return found.Count > 0;
    }

    /// <summary>The place behind the closing quote.</summary>
    private static int EndOfString(ReadOnlySpan<byte> line, int start)
    {
        int i = start + 1;
        while (i < line.Length && line[i] != '"')
        {
            i += line[i] == '\\' ? 2 : 1;
        }

        return Math.Min(line.Length, i + 1);
    }
}
