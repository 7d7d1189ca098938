using System.Globalization;

namespace Palimpsest.Text.Normalization;

/// <summary>Decompositions, compositions and combining classes of Unicode 9.0, read from an embedded file.</summary>
/// <remarks>.NET normalises nothing in its invariant mode, which this code base builds with, and elsewhere by whatever version the system has; the reference stays at Unicode 9.</remarks>
internal static class UnicodeTables
{
    public const int HangulBase = 0xAC00, HangulCount = 11172, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7, VowelCount = 21, TailCount = 28;

    private static readonly Dictionary<int, int[]> s_canonical = [];
    private static readonly Dictionary<int, int[]> s_compatible = [];
    private static readonly Dictionary<long, int> s_compositions = [];
    private static readonly Dictionary<int, byte> s_classes = [];

    static UnicodeTables()
    {
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("unicode-9.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is string line)
        {
            if (line.StartsWith('#'))
                continue;
            int sign = line.AsSpan().IndexOfAny("=-~.");
            int codePoint = Hexadecimal(line.AsSpan(0, sign));
            if (line[sign] == '.')
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                byte combiningClass = byte.Parse(line.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
                for (int last = Hexadecimal(line.AsSpan(sign + 2, colon - sign - 2)); codePoint <= last; codePoint++)
                    s_classes[codePoint] = combiningClass;
                continue;
            }

            int[] parts = [.. line[(sign + 1)..].Split(' ').Select(part => Hexadecimal(part))];
            (line[sign] == '~' ? s_compatible : s_canonical).Add(codePoint, parts);
            if (line[sign] == '=')
                s_compositions.Add(Pair(parts[0], parts[1]), codePoint);
        }
    }

    /// <summary>The combining class; 0 for a character that others combine with.</summary>
    public static byte CombiningClass(int codePoint) => codePoint >= 0x300 && s_classes.TryGetValue(codePoint, out byte value) ? value : (byte)0;

    /// <summary>Appends the full decomposition of a code point, not yet put in order.</summary>
    public static void Decompose(int codePoint, bool compatibility, List<int> result)
    {
        if (codePoint is >= HangulBase and < HangulBase + HangulCount)
        {
            int index = codePoint - HangulBase;
            result.Add(LeadBase + (index / (VowelCount * TailCount)));
            result.Add(VowelBase + (index / TailCount % VowelCount));
            if (index % TailCount > 0)
                result.Add(TailBase + (index % TailCount));
            return;
        }

        int[]? parts = null;
        if (codePoint >= 0xA0 && !s_canonical.TryGetValue(codePoint, out parts) && compatibility)
            s_compatible.TryGetValue(codePoint, out parts);
        if (parts is null)
        {
            result.Add(codePoint);
            return;
        }

        foreach (int part in parts)
            Decompose(part, compatibility, result);
    }

    /// <summary>The code point that two compose to, or -1.</summary>
    public static int Compose(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + 19 && second is >= VowelBase and < VowelBase + VowelCount)
            return HangulBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TailCount);
        if (first is >= HangulBase and < HangulBase + HangulCount && (first - HangulBase) % TailCount == 0 && second is > TailBase and < TailBase + TailCount)
            return first + second - TailBase;
        return s_compositions.TryGetValue(Pair(first, second), out int composed) ? composed : -1;
    }

    private static long Pair(int first, int second) => ((long)first << 32) | (uint)second;

    private static int Hexadecimal(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
