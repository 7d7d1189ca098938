using System.Text;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary>Lines of a bounded length: what is beyond the bound is passed over, not kept.</summary>
/// <param name="input">Where they come from.</param>
internal sealed class RequestLines(TextReader input)
{
    /// <summary>Characters that a line may have.</summary>
    public const int Most = 1 << 20;

    private readonly char[] _buffer = new char[1 << 12];
    private int _at, _end;

    /// <summary>The next line without its end, as far as the bound, and whether that is all of it; null behind the last.</summary>
    public (string Text, bool Whole)? Next()
    {
        StringBuilder line = new();
        bool whole = true, any = false;
        while (true)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, input.Read(_buffer, 0, _buffer.Length));
                if (_end == 0)
                {
                    return any ? (Text(line), whole) : null;
                }
            }

            any = true;
            ReadOnlySpan<char> rest = _buffer.AsSpan(_at, _end - _at);
            int end = rest.IndexOf('\n'), length = end < 0 ? rest.Length : end, taken = Math.Min(length, Most - line.Length);
            line.Append(rest[..taken]);
            whole &= taken == length;
            _at += end < 0 ? length : length + 1;
            if (end >= 0)
            {
                return (Text(line), whole);
            }
        }
    }

    private static string Text(StringBuilder line) => (line.Length > 0 && line[^1] == '\r' ? line.Remove(line.Length - 1, 1) : line).ToString();
}
