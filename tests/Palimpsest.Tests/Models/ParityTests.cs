using Palimpsest.Evaluation.Parity;

namespace Palimpsest.Tests.Models;

/// <summary>Every family and form against outputs of transformers 5.23 (GGUF: also of llama.cpp), by the command's own checker.</summary>
public sealed class ParityTests
{
    public static TheoryData<string, string> Reference()
    {
        TheoryData<string, string> cases = [];
        if (Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root && Directory.Exists(Path.Combine(root, "golden", "transformers")))
        {
            foreach (string folder in ReferenceSet.Models())
            {
                foreach (string config in Directory.GetFiles(folder, "config*.json"))
                {
                    cases.Add(folder, Path.GetFileName(config));
                }
            }

            foreach (string file in Directory.GetDirectories(Path.Combine(root, "golden", "gguf", "models"), "llama*").SelectMany(folder => Directory.GetFiles(folder, "model*.gguf")).Order(StringComparer.Ordinal))
            {
                cases.Add(file, "config.json");
            }

            cases.Add(Path.Combine(root, "models", "all-minilm-l6-v2"), "config.json");
            cases.Add(Path.Combine(root, "golden", "tokenizers", "llama3"), "config.json");
        }

        return cases;
    }

    [Theory]
    [InlineData("rope-yarn", "config.json", 5)]
    [InlineData("rope-yarn", "config.legacy.json", 5)]
    [InlineData("rope-dynamic", "config.json", 5)]
    [InlineData("rope-dynamic", "config.legacy.json", 5)]
    [InlineData("gpt2", "config.json", 19)]
    [InlineData("bert", "config.json", 26)]
    [InlineData("distilbert", "config.json", 23)]
    [InlineData("roberta", "config.json", 12)]
    [InlineData("gguf-tied/model.gguf", "config.json", 3)]
    [InlineData("gguf-q8_0/model.gguf", "config.json", 3)]
    public void Check_GoldenModel_IsWithinTolerance(string path, string config, int comparisons)
    {
        IReadOnlyList<ParityRow> rows = ParityChecker.Check(TestContexts.Golden(path), TestContexts.F32(), config);
        Assert.True(rows.Count(row => row.Skipped is null) >= comparisons, $"only {string.Join(", ", rows.Select(row => row.Name))}");
        Assert.DoesNotContain(rows, row => !row.Passed);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Reference))]
    public void Check_ReferenceSet_IsWithinTolerance(string path, string config)
    {
        IReadOnlyList<ParityRow> rows = ParityChecker.Check(path, TestContexts.F32(), config);
        Assert.NotEmpty(rows);
        Assert.DoesNotContain(rows, row => !row.Passed);
    }

    public static TheoryData<string> Adapters() => [.. ReferenceSet.Adapters()];

    public static TheoryData<string, string> OfOtherFamilies() => ReferenceSet.Unsupported("transformers");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(OfOtherFamilies))]
    public void Check_FamilyThatIsNotKnown_IsRefusedByName(string folder, string architecture) =>
        Assert.Contains(
            $"architecture \"{architecture}\" is not known", Assert.Throws<PalimpsestException>(
                () => ParityChecker.Check(folder, TestContexts.F32())).Message, StringComparison.Ordinal);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Adapters))]
    public void Check_ReferenceAdapter_IsWithinTolerance(string folder)
    {
        IReadOnlyList<ParityRow> rows = ParityChecker.Check(folder, TestContexts.F32());
        Assert.Superset(new HashSet<string> { "logits", "logits_disabled", "logits_merged", "loss" }, rows.Select(row => row.Name).ToHashSet());
        Assert.All(rows.Where(row => row.Skipped is not null), row => Assert.Matches(@"\A(final\.|unstable\.|logits_disabled\z)", row.Name));
        Assert.Contains(rows, row => row.Name.StartsWith("grad.", StringComparison.Ordinal));
        Assert.DoesNotContain(rows, row => !row.Passed);
    }

    [Fact]
    public void Check_GoldenAdapter_FindsItsBaseAndIsWithinTolerance()
    {
        using TemporaryFolder folder = new();
        foreach ((string golden, string[] place) in new[] { ("peft-patterns", new[] { "peft", "patterns" }), ("peft-base", ["transformers", "llama"]) })
        {
            string target = Directory.CreateDirectory(Path.Combine([folder.Path, .. place])).FullName;
            foreach (string file in Directory.GetFiles(TestContexts.Golden(golden)))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }

        string adapter = Path.Combine(folder.Path, "peft", "patterns");
        IReadOnlyList<ParityRow> rows = ParityChecker.Check(adapter, TestContexts.F32());
        Assert.True(rows.Count > 6, string.Join(", ", rows.Select(row => row.Name)));
        Assert.DoesNotContain(rows, row => !row.Passed);
        Directory.Delete(Path.Combine(folder.Path, "transformers"), recursive: true);
        Assert.Contains(Path.Combine("transformers", "llama"), Assert.Throws<PalimpsestException>(() => ParityChecker.Check(adapter, TestContexts.F32())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("roberta")]
    public void Check_ReferenceThatNothingCorrespondsTo_Fails(string golden)
    {
        using TemporaryFolder folder = new();
        folder.Copy(golden);
        string gradient = "";
        Checkpoints.Rewrite(folder.At("expected.safetensors"), name =>
        {
            gradient = gradient.Length == 0 && name.StartsWith("grad.", StringComparison.Ordinal) ? name : gradient;
            return name == "logits" ? "logitz" : name == gradient ? name + "s" : name;
        });
        IReadOnlyList<ParityRow> rows = ParityChecker.Check(folder.Path, TestContexts.F32());
        Assert.Equal([gradient + "s", "logitz"], rows.Where(row => !row.Passed).Select(row => row.Name).Order(StringComparer.Ordinal));
        Assert.Contains(rows, row => row.Name == gradient && row.Skipped == "there is no reference");
    }

    [Theory]
    [InlineData("gpt2", "transformer.ln_f.weight")]
    [InlineData("bert", "cls.predictions.bias")]
    public void Check_TensorOfTheModelUnderAnotherName_IsRefused(string golden, string name)
    {
        using TemporaryFolder folder = new();
        folder.Copy(golden);
        Checkpoints.Rewrite(folder.At("model.safetensors"), tensor => tensor == name ? name + "x" : tensor);
        Assert.Contains(
            $"\"{name}\" is missing", Assert.Throws<PalimpsestException>(
                () => ParityChecker.Check(folder.Path, TestContexts.F32())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_NothingToCompare_SaysWhatIsMissing()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("holds no references", Assert.Throws<PalimpsestException>(() => ParityChecker.Check(folder.Path, TestContexts.F32())).Message, StringComparison.Ordinal);
        Assert.Contains("no such folder or file", Assert.Throws<PalimpsestException>(() => ParityChecker.Check(Path.Combine(folder.Path, "no"), TestContexts.F32())).Message, StringComparison.Ordinal);
    }
}
