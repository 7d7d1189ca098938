using System.Text.RegularExpressions;
using CsCheck;
using Palimpsest.Text.Patterns;
using Palimpsest.Text.PreTokenization;

namespace Palimpsest.Tests.Text.Patterns;

public sealed class CodePointRegexTests
{
    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData("a+", "baaab", "aaa")]
    [InlineData("a+?", "aaa", "a|a|a")]
    [InlineData("a{2}", "aaaaa", "aa|aa")]
    [InlineData("a{2,3}?", "aaaaa", "aa|aa")]
    [InlineData("a++a", "aaa", "")]
    [InlineData("(?>a+)b", "aab", "aab")]
    [InlineData("(ab|a)(bc|c)", "abc", "abc")]
    [InlineData("(?:ab)*c", "ababc", "ababc")]
    [InlineData("(?:ab)+?", "abab", "ab|ab")]
    [InlineData("(?:a|b){2,3}", "abab", "aba")]
    [InlineData("(a*)*b", "aab", "aab")]
    [InlineData("(?:a??)*b", "aab", "aab")]
    [InlineData("x{,2}y", "xxxy", "xxy")]
    [InlineData("a{x", "a{x", "a{x")]
    [InlineData("a(?=b)", "abac", "a")]
    [InlineData("a(?!b)", "abac", "a")]
    [InlineData("(?<=b)a", "aba", "a")]
    [InlineData("(?<!b)a", "aba", "a")]
    [InlineData("^a|b$", "a\na\nb", "a|a|b")]
    [InlineData(@"\Aa|b\z", "ab\nab", "a|b")]
    [InlineData(@"\bcat\b", "cat cats _cat", "cat")]
    [InlineData("[^a-c]+", "abcdef", "def")]
    [InlineData("[a-z&&[^aeiou]]+", "hello", "h|ll")]
    [InlineData(@"[\]\-x]+", "a]-xb", "]-x")]
    [InlineData("[]a]+", "]a", "]a")]
    [InlineData("(?i)straSSe", "STRASSE", "STRASSE")]
    [InlineData("(?i:'s)|s", "'\u017F", "'\u017F")]
    [InlineData("(?i:k)", "\u212A", "\u212A")]
    [InlineData(@"\x41\u0042\x{1F600}", "AB\U0001F600", "AB\U0001F600")]
    [InlineData(@"\p{^L}+", "ab12", "12")]
    [InlineData(@"\P{L}+", "ab12", "12")]
    [InlineData(@"\p{Han}+", "ab漢字\U00020000", "漢字\U00020000")]
    [InlineData(@"\s+", "a\u0085\u00A0\u3000b\u200Bc", "\u0085\u00A0\u3000")]
    [InlineData("(?#a comment)a", "a", null)]
    public void FindAll_Pattern_GivesMatches(string pattern, string text, string? expected)
    {
        if (expected is null)
            Assert.Throws<FormatException>(() => new CodePointRegex(pattern));
        else
            Assert.Equal(expected, string.Join('|', Matches(pattern, text)));
    }

    [Theory]
    [InlineData(".", "\U0001F600")]
    [InlineData("[^a]", "\U0001F600")]
    [InlineData(@"\p{L}", "\U00020000")]
    [InlineData(@"\p{N}", "\U0001D7D8")]
    [InlineData(@"\p{So}", "\U0001F600")]
    [InlineData("[\U0001F600-\U0001F64F]", "\U0001F610")]
    [InlineData("\U0001F600", "\U0001F600")]
    public void FindAll_CharacterBeyondFFFF_IsOneCharacter(string pattern, string text) => Assert.Equal([text], Matches(pattern, text));

    [Theory]
    [InlineData("(", "a \"(\" has no \")\"")]
    [InlineData(")", "there is a \")\" without \"(\"")]
    [InlineData("[a", "has no \"]\"")]
    [InlineData("*a", "has nothing to repeat")]
    [InlineData("a{3,2}", "is not within 0 to 1000")]
    [InlineData("a{9999}", "is not within 0 to 1000")]
    [InlineData("((){1000}){1000}", "it needs more than 20000 steps")]
    [InlineData("((a{500}){500}){500}", "it needs more than 20000 steps")]
    [InlineData(@"(a)\1", "the escape \"\\1\"")]
    [InlineData(@"\p{Klingon}", "the class \\p{Klingon} is not supported")]
    [InlineData("[[:alpha:]]", "use \\p{...}")]
    [InlineData("[z-a]", "is not one of two characters in order")]
    [InlineData("(?<=a+)b", "a look behind of variable length")]
    [InlineData("(?x)a", "the group \"(?x\"")]
    [InlineData(@"\x{110000}", "is not a hexadecimal code point")]
    [InlineData("a\\", "it ends in the middle of an escape")]
    public void Constructor_PatternThatCannotBeUsed_SaysWhy(string pattern, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => new CodePointRegex(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void Constructor_DeepOrLongPattern_IsRefused()
    {
        Assert.Throws<FormatException>(() => new CodePointRegex(new string('(', 5_000) + new string(')', 5_000)));
        Assert.Throws<FormatException>(() => new CodePointRegex(new string('a', 10_001)));
    }

    [Theory]
    [InlineData("(a*)*b")]
    [InlineData("(?:a|a)*b")]
    [InlineData("(?:a+)+b")]
    public void FindAll_ExponentialPattern_EndsInAnError(string pattern) => Assert.Throws<PalimpsestException>(() => Matches(pattern, new string('a', 40)));

    [Fact]
    public void FindAll_LongRunOfSpaces_StaysLinear() => Assert.Equal(2, Matches(Llama3, new string(' ', 1_000_000) + "x").Count());

    // On text without surrogates .NET's engine means the same by these patterns, but for its letters that fold to ASCII ones.
    [Theory]
    [InlineData(ByteLevelPreTokenizer.Pattern)]
    [InlineData(Llama3)]
    [InlineData(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"(?:[ab]+?c|a(?=b)|(?<!a)b\s*)+|(?>a*)b?")]
    public void FindAll_PlaneZero_EqualsDotNet(string pattern)
    {
        Regex reference = new(pattern, RegexOptions.CultureInvariant);
        Gen<char> character = Gen.Frequency((6, Gen.Char["abcsStT'dDrelmv 12\r\n./"]), (2, Gen.Char[" \t\r\n"]), (1, Gen.Char.Where(c => !char.IsSurrogate(c) && c != '\u017F' && c != '\u212A')));
        character.Array[0, 40].Sample(characters =>
        {
            string text = new(characters);
            Assert.Equal(reference.Matches(text).Where(match => match.Length > 0).Select(match => match.Value), Matches(pattern, text));
        }, iter: 3_000);
    }

    private static IEnumerable<string> Matches(string pattern, string text)
    {
        List<TextMatch> matches = [];
        new CodePointRegex(pattern).FindAll(text, matches);
        return matches.Where(match => match.Length > 0).Select(match => text.Substring(match.Start, match.Length));
    }
}
