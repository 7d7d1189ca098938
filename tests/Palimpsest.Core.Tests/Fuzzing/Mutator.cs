using System.Buffers.Binary;
using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Fuzzing;

/// <summary>Damages inputs: bits, stretches, numbers, nesting, length and words that readers know.</summary>
internal sealed class Mutator(RandomStream random)
{
    private const int LongestInput = 1 << 18;

    // The numbers at which types end, and what no type holds.
    private static readonly string[] s_numbers =
        ["0", "-1", "1", "255", "65536", "2147483647", "2147483648", "-2147483649", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e308", "1e999999999", "-1e-999999999", "0.1", "NaN", "007"];

    private static readonly long[] s_values = [0, 1, -1, 127, 255, 65535, int.MaxValue, int.MinValue, 1L << 31, 1L << 32, long.MaxValue, long.MinValue, 1L << 40, 1L << 28];

    public int Below(int bound) => random.NextInt(bound);

    public bool Chance(int of) => random.NextInt(of) == 0;

    public T Pick<T>(IReadOnlyList<T> items) => items[random.NextInt(items.Count)];

    public string Number() => Pick(s_numbers);

    /// <summary>One to four changes of bytes.</summary>
    public byte[] Bytes(byte[] input, IReadOnlyList<string> words)
    {
        for (int i = 1 + Below(4); i > 0; i--)
        {
            input = input.Length == 0 ? [(byte)Below(256)] : Change(input, words);
        }

        return input;
    }

    /// <summary>One to four changes of characters.</summary>
    public string Text(string input, IReadOnlyList<string> words)
    {
        for (int i = 1 + Below(4); i > 0; i--)
        {
            input = input.Length == 0 ? Pick(words) : Change(input, words);
        }

        return input;
    }

    private byte[] Change(byte[] input, IReadOnlyList<string> words)
    {
        int at = Below(input.Length);
        byte[] copy = [.. input];
        switch (Below(9))
        {
            case 0 or 1:
                copy[at] ^= (byte)(1 << Below(8));
                return copy;
            case 2:
                copy[at] = (byte)Below(256);
                return copy;
            case 3:
                return copy[..at];
            case 4:
                return [.. copy[..at], .. copy[Math.Min(copy.Length, at + 1 + Below(16))..]];
            case 5:
                int from = Below(copy.Length);
                return Bounded([.. copy[..at], .. copy[from..Math.Min(copy.Length, from + 1 + Below(64))], .. copy[at..]]);
            case 6:
                return Bounded([.. copy[..at], .. Encoding.UTF8.GetBytes(Pick(words)), .. copy[at..]]);
            case 7:
                return Bounded([.. copy[..at], .. Enumerable.Repeat(copy[at], 1 << Below(14)), .. copy[at..]]);
            default:
                // Numbers of binary formats have two, four or eight bytes, and mostly lie at multiples of them.
                byte[] number = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(number, Pick(s_values));
                int width = 2 << Below(3), place = Chance(2) ? at : at / 4 * 4;
                number.AsSpan(0, Math.Min(width, copy.Length - place)).CopyTo(copy.AsSpan(place));
                return copy;
        }
    }

    private string Change(string input, IReadOnlyList<string> words)
    {
        int at = Below(input.Length), end = Math.Min(input.Length, at + 1 + Below(Chance(4) ? 200 : 12));
        string part = input[at..end];
        switch (Below(9))
        {
            case 0:
                return input.Remove(at, end - at);
            case 1:
                return Bounded(input.Insert(Below(input.Length + 1), part));
            case 2:
                string rest = input.Remove(at, end - at);
                return rest.Insert(Below(rest.Length + 1), part);
            case 3:
                return input.Remove(at, 1).Insert(at, Pick<string>(["{", "}", "[", "]", "(", ")", "\"", "'", "%", "-", "+", "*", "|", ".", ",", ":", "0", "9", "a", "Z", " ", "\\", "\n", "\t", "\0", "?", "#", "é", "\ud83d\ude00"]));
            case 4:
                return input[..at];
            case 5:
                int digit = input.AsSpan(at).IndexOfAnyInRange('0', '9');
                if (digit < 0)
                {
                    return Bounded(input.Insert(at, Number()));
                }

                int start = at + digit, stop = start;
                while (stop < input.Length && char.IsAsciiDigit(input[stop]))
                {
                    stop++;
                }

                return Bounded(input.Remove(start, stop - start).Insert(start, Number()));
            case 6:
                return Bounded(input.Insert(at, string.Concat(Enumerable.Repeat(part, 1 << Below(12)))));
            default:
                return Bounded(input.Insert(at, Pick(words)));
        }
    }

    private static byte[] Bounded(byte[] input) => input.Length <= LongestInput ? input : input[..LongestInput];

    private static string Bounded(string input) => input.Length <= LongestInput ? input : input[..LongestInput];
}
