using CsCheck;
using Palimpsest.Data;
using Palimpsest.Data.Files;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Tests.Data;

public sealed class JsonlWriterTests
{
    [Fact]
    public void Write_ThenRead_GivesTheSameExamples()
    {
        // A lone surrogate cannot be written as UTF-8; everything else can.
        Gen<string> text = Gen.String.Where(s => s.Length > 0 && !s.Any(char.IsSurrogate));
        Gen.Select(Gen.OneOf(Gen.Const(""), text), text, Gen.OneOf(Gen.Const("a-b"), Gen.Const("ü\n\""))).Array[1, 20].Sample(
            rows =>
            {
                TextExample[] examples = [.. rows.Select(row => new TextExample(row.Item1, row.Item2, row.Item3 == "a-b" ? null : row.Item3))];
                using TemporaryFile file = new();
                Assert.Equal(examples.Length, JsonlWriter.Write(file.Path, examples));
                Assert.Equal(examples, new JsonlSource(file.Path).From(0).Select(item => item.Example));
            },
            iter: 200);
    }

    [Fact]
    public void Write_OwnersExamples_AreReadable()
    {
        using TemporaryFile file = new();
        Owner owner = World.V1.Owner(12);
        JsonlWriter.Write(file.Path, owner.TrainingExamples());
        Assert.Equal(owner.TrainingExamples(), new JsonlSource(file.Path).From(0).Select(item => item.Example));
    }

    [Fact]
    public void Write_FailingExamples_LeavesTheOldFile()
    {
        using TemporaryFile file = new("{\"text\": \"old\"}\n");
        Assert.Throws<PalimpsestException>(() => JsonlWriter.Write(file.Path, new JsonlSource(file.Path).From(0).Select<(long, TextExample), TextExample>(_ => throw new PalimpsestException("no"))));
        Assert.Equal("old", new JsonlSource(file.Path).At(0).Completion);
        Assert.Single(Directory.GetFiles(file.Folder));
    }
}
