using Palimpsest.Common;

namespace Palimpsest.Tests.Common;

public sealed class ShellTextTests
{
    [Theory]
    [InlineData("runs/20260131-142500-finetune", "runs/20260131-142500-finetune")]
    [InlineData("my runs/a", "'my runs/a'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$(rm -r x)", "'$(rm -r x)'")]
    [InlineData("~x", "'~x'")]
    [InlineData("", "''")]
    public void Quote_Word_IsOneWordForTheShell(string word, string quoted) => Assert.Equal(quoted, ShellText.Quote(word));

    [Fact]
    public void Cut_LongText_KeepsItsBeginningAndWholeLetters()
    {
        Assert.Equal("ada", ShownText.Cut("ada"));
        Assert.Equal(new string('x', 79) + "... (5000 characters)", ShownText.Cut(new string('x', 79) + string.Concat(Enumerable.Repeat("𝒳", 2460)) + "z"));
    }

    [Fact]
    public void Find_NameOfAnyLength_IsComparedOnlyWhereItCanBeNear() => Assert.Null(NearestName.Find(new string('a', 50_000_000), ["ada", "ben"]));
}
