using CsCheck;
using Palimpsest.Data;
using Palimpsest.Data.Files;

namespace Palimpsest.Tests.Data;

public sealed class OwnerSplitTests
{
    [Fact]
    public void Source_EveryOwner_GivesItsExamplesFromEveryPosition() =>
        Gen.Int[0, 4].Array[1, 60].Sample(owners =>
        {
            TextExample[] all = [.. owners.Select((owner, i) => new TextExample("", $"text {i}", owner == 0 ? null : $"owner-{owner}"))];
            using TemporaryFile file = new();
            JsonlWriter.Write(file.Path, all);
            OwnerSplit split = new(ExampleFile.Open(file.Path));
            Assert.Equal(all.Where(example => example.Owner is not null).GroupBy(example => example.Owner!).Select(group => new OwnerCount(group.Key, group.Count())).OrderBy(item => item.Owner, StringComparer.Ordinal), split.Owners);
            Assert.Equal(all.Count(example => example.Owner is null), split.WithoutOwner);
            Assert.All(split.Owners, item => Assert.Equal(all.Where(example => example.Owner == item.Owner), SourceChecks.AllFromEveryPosition(split.Source(item.Owner))));
        }, iter: 100);

    [Fact]
    public void Source_UnknownOwner_NamesTheNearest()
    {
        OwnerSplit split = new(new ListSource("list", [new("", "a", "north-clinic"), new("", "b", "mill")]));
        Assert.Equal("list: as owners, no \"north-clinc\" (there are \"mill\", \"north-clinic\"). Take \"north-clinic\".", Assert.Throws<PalimpsestException>(() => split.Source("north-clinc")).Message);
    }

    [Fact]
    public void Source_DataHasChanged_Throws()
    {
        List<TextExample> list = [new("", "a", "x"), new("", "b", "y"), new("", "c", "x")];
        IExampleSource source = new OwnerSplit(new ListSource("list", list)).Source("x");
        list[2] = new("", "c", "y");
        Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => source.From(0).Count()).Message, StringComparison.Ordinal);
        list.RemoveAt(2);
        Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => source.From(0).Count()).Message, StringComparison.Ordinal);
    }
}
