using System.Globalization;
using System.Text;

namespace Palimpsest.Text.Patterns;

/// <summary>Sets and maps of code points from an embedded file, so that they do not follow the version of Unicode that this .NET happens to have.</summary>
/// <remarks><c>eng/unicode-tables.py</c> writes the files and says where they come from; each begins with its version and form.</remarks>
internal sealed class CodePointTable
{
    private readonly Dictionary<string, CodePointSet> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<int, string>> _maps = new(StringComparer.Ordinal);

    public CodePointTable(string resource)
    {
        using Stream stream = typeof(CodePointTable).Assembly.GetManifestResourceStream(resource)!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is string line)
        {
            int sign = line.AsSpan().IndexOfAny("#:>");
            string name = line[..sign], rest = line[(sign + 1)..].Trim();
            switch (line[sign])
            {
                case ':':
                    _sets.Add(name, new CodePointSet([.. rest.Split(' ').Select(Ends)]));
                    break;
                case '>':
                    if (!_maps.TryGetValue(name, out Dictionary<int, string>? map))
                    {
                        _maps.Add(name, map = []);
                    }

                    AddEntries(map, rest);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The set of a name.</summary>
    public CodePointSet Set(string name) => _sets[name];

    /// <summary>What each code point of a map becomes; one that is not in it stays as it is.</summary>
    public IReadOnlyDictionary<int, string> Map(string name) => _maps[name];

    /// <summary>Replaces the code points of a text, one by one.</summary>
    public static string Apply(IReadOnlyDictionary<int, string> map, string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
        {
            if (map.TryGetValue(CodePoints.At(text, i, out length), out string? other))
            {
                result.Append(other);
            }
            else
            {
                result.Append(text, i, length);
            }
        }

        return result.ToString();
    }

    private static void AddEntries(Dictionary<int, string> map, string entries)
    {
        if (entries.IndexOf('=', StringComparison.Ordinal) is int equals and >= 0)
        {
            map.Add(Hexadecimal(entries[..equals]), string.Concat(entries[(equals + 1)..].Split(' ').Select(part => char.ConvertFromUtf32(Hexadecimal(part)))));
            return;
        }

        foreach (string entry in entries.Split(' '))
        {
            int step = entry.EndsWith("/2", StringComparison.Ordinal) ? 2 : 1;
            string body = step == 2 ? entry[..^2] : entry;

            // The last sign stands before the shift; another one before it is that of the range.
            int shift = body.LastIndexOfAny(['+', '-']);
            int by = Hexadecimal(body[(shift + 1)..]) * (body[shift] == '-' ? -1 : 1);
            (int first, int last) = Ends(body[..shift]);
            for (int codePoint = first; codePoint <= last; codePoint += step)
            {
                map.Add(codePoint, char.ConvertFromUtf32(codePoint + by));
            }
        }
    }

    private static (int First, int Last) Ends(string range)
    {
        int dash = range.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (Hexadecimal(range), Hexadecimal(range)) : (Hexadecimal(range[..dash]), Hexadecimal(range[(dash + 1)..]));
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
