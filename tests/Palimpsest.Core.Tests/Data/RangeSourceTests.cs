using Palimpsest.Data;

namespace Palimpsest.Tests.Data;

public sealed class RangeSourceTests
{
    [Theory]
    [InlineData(0, 0, "a b c d")]
    [InlineData(1, 2, "b c")]
    [InlineData(2, 0, "c d")]
    [InlineData(3, 9, "d")]
    [InlineData(4, 1, "")]
    public void From_EveryPosition_StaysInsideTheRange(int skip, int most, string expected)
    {
        using TemporaryFile file = new("a\n\nb\n\nc\n\nd\n", "a.txt");
        TextExample[] read = SourceChecks.AllFromEveryPosition(new RangeSource(ExampleFile.Open(file.Path), skip, most));
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), read.Select(example => example.Completion));
    }
}
