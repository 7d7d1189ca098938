using Palimpsest.Cli.Commands.Owners;

namespace Palimpsest.Tests.Cli;

public sealed class RequestLinesTests
{
    [Fact]
    public void Next_LinesOfAnyLength_AreBoundedAndStayInStep()
    {
        string full = new('x', RequestLines.Most);
        using StringReader input = new($"a\tb\r\n\n{full}\n{full}y\nc\td");
        RequestLines lines = new(input);
        Assert.Equal(("a\tb", true), lines.Next());
        Assert.Equal(("", true), lines.Next());
        Assert.Equal((full, true), lines.Next());
        Assert.Equal((full, false), lines.Next());
        Assert.Equal(("c\td", true), lines.Next());
        Assert.Null(lines.Next());
        Assert.Null(lines.Next());
    }
}
