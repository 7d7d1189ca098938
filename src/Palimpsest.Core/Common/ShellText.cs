using System.Buffers;

namespace Palimpsest.Common;

/// <summary>Commands that people copy out of a message into their shell.</summary>
public static class ShellText
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%~");

    /// <summary>One word of a command, in quotes where the shell would take it apart.</summary>
    /// <param name="word">The word as the program shall get it.</param>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        bool plain = word.Length > 0 && word.AsSpan().IndexOfAnyExcept(s_plain) < 0 && word[0] != '~';
        return plain ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
