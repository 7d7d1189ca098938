using CsCheck;
using Palimpsest.Common;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Tests.Runs;

public sealed class RecipeReaderTests
{
    private const string Small = "schema: 1\nkind: sample\nmodel: base-v1\n";

    [Fact]
    public void Parse_EveryType_Binds()
    {
        SampleRecipe recipe = Parse("""
            kind: sample
            seed: 9
            seeds: [1, 2, 3]
            model: "base-v1"
            train: { steps: 2e3, learning_rate: 1e-3, dropout: .1, shuffle: false, schedule: constant, limit: 1000, until: "<= 0.5" }
            arms:
              - name: local
              - { name: sift-masks, note: null, options: { owners: 64 } }
            weights: { facts: 0.5, general: 2 }
            notes: [yes, "a: b"]
            """);
        Assert.Equal((9, "base-v1", "sample"), (recipe.Seed, recipe.Model, recipe.Kind));
        Assert.Equal([1L, 2, 3], recipe.Seeds);
        Assert.Equal(new SampleTrain { Steps = 2000, LearningRate = 1e-3, Dropout = 0.1f, Shuffle = false, Schedule = SampleSchedule.Constant, Limit = 1000, Until = Threshold.Parse("<= 0.5", null) }, recipe.Train);
        Assert.Equal(["local", "sift-masks"], recipe.Arms.Select(arm => arm.Name));
        Assert.Equal("64", recipe.Arms[1].Options["owners"]);
        Assert.Equal(2, recipe.Weights["general"]);
        Assert.Equal(["yes", "a: b"], recipe.Notes);
    }

    [Fact]
    public void Parse_KeysLeftOut_KeepDefaults()
    {
        SampleRecipe recipe = Parse(Small + "train: { shuffle: false }\n");
        Assert.Equal((7, 600, 2e-3, false, null), (recipe.Seed, recipe.Train.Steps, recipe.Train.LearningRate, recipe.Train.Shuffle, recipe.Train.Limit));
        Assert.Equal(1, recipe.Weights["facts"]);
    }

    [Theory]
    [InlineData("train:\n  stesp: 5\n", "tiny.yaml line 5: unknown key \"train.stesp\". Did you mean \"steps\"?")]
    [InlineData("modle: x\n", "tiny.yaml line 4: unknown key \"modle\". Did you mean \"model\"?")]
    [InlineData("arms:\n  - name: a\n    nmae: b\n", "tiny.yaml line 6: unknown key \"arms[0].nmae\". Did you mean \"name\"?")]
    [InlineData("zzzzzzzz: x\n", "tiny.yaml line 4: unknown key \"zzzzzzzz\". Known here: schema, kind, seed,")]
    [InlineData("arms:\n  - note: a\n", "tiny.yaml line 5: \"arms[0]\" lacks the key \"name\".")]
    [InlineData("train: { steps: many }\n", "tiny.yaml line 4: train.steps must be a whole number up to 2147483647, but is \"many\".")]
    [InlineData("train: { steps: 1.5 }\n", "tiny.yaml line 4: train.steps must be a whole number up to 2147483647, but is \"1.5\".")]
    [InlineData("train: { steps: 1_000 }\n", "train.steps must be a whole number up to 2147483647, but is \"1_000\". Write 1000.")]
    [InlineData("train: { steps: 010 }\n", "but is \"010\". Write 10.")]
    [InlineData("train:\n  learning_rate: 0,001\n", "train.learning_rate must be a number, but is \"0,001\". Write 0.001.")]
    [InlineData("train:\n  learning_rate: 1,000\n", "but is \"1,000\". Write 1000, or 1.000 if the comma stands for the point.")]
    [InlineData("train:\n  learning_rate: 1 000\n", "but is \"1 000\". Write 1000.")]
    [InlineData("train: { learning_rate: 1e-999 }\n", "train.learning_rate must be a number")]
    [InlineData("seeds: [1,000]\n", "seeds[1] must be a whole number, but is \"000\". Write 0.")]
    [InlineData("train: { until: \"<= 0,5\" }\n", "train.until must be a sign (>=, >, <=, <) and a number")]
    [InlineData("train: { steps: 3000000000 }\n", "train.steps must be a whole number up to 2147483647")]
    [InlineData("train: { steps: \"5\" }\n", "but is \"5\" in quotes. Remove the quotes.")]
    [InlineData("train: { learning_rate: 1e999 }\n", "train.learning_rate must be a number")]
    [InlineData("train: { dropout: 1e300 }\n", "train.dropout must be a number")]
    [InlineData("train: { shuffle: yes }\n", "train.shuffle must be true or false, but is \"yes\".")]
    [InlineData("train: { schedule: cosine-deacy }\n", "one of constant, cosine-decay (nearest: cosine-decay)")]
    [InlineData("train: { until: \"= 5\" }\n", "train.until must be a sign (>=, >, <=, <) and a number")]
    [InlineData("train: { steps: }\n", "train.steps must be a whole number up to 2147483647, but is empty.")]
    [InlineData("train: 5\n", "train must be a section of keys and values, but is \"5\".")]
    [InlineData("seeds: 5\n", "seeds must be a list, but is \"5\". Write [5].")]
    [InlineData("seeds: [1, x]\n", "seeds[1] must be a whole number, but is \"x\".")]
    [InlineData("weights: { facts: x }\n", "weights.facts must be a number, but is \"x\".")]
    [InlineData("train: { steps: 0 }\n", "tiny.yaml line 4: train.steps must be at least 1, but is 0.")]
    [InlineData("model: other\n", "tiny.yaml line 4: the key \"model\" stands twice. Keep one.")]
    [InlineData("notes: [&a x, *a]\n", "anchors (&) and aliases (*) are not used")]
    [InlineData("notes: [!!str x]\n", "tags (!) are not used")]
    [InlineData("---\nkind: second\n", "a second document starts here")]
    [InlineData("train: { steps: 5\n", "not valid YAML")]
    public void Parse_WhatDoesNotFit_NamesPlaceKeyAndWayOut(string lines, string message) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Parse(Small + lines)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_SeveralProblems_AreListedTogetherUpToTwenty()
    {
        string message = Assert.Throws<PalimpsestException>(() => Parse("kind: sample\nsede: 1\ntrain: { stesp: 1, shuffle: 3 }\n")).Message;
        Assert.Equal(4, message.Split('\n').Length);
        Assert.Contains("tiny.yaml: the key \"model\" is missing.", message, StringComparison.Ordinal);
        string many = Assert.Throws<PalimpsestException>(() => Parse(Small + string.Concat(Enumerable.Range(0, 25).Select(i => $"zzzzzzz{i}: 1\n")))).Message;
        Assert.EndsWith("... and 5 more problems.", many, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("schema: 2\nkind: sample\nnew_key: 1\n", "tiny.yaml line 1: schema must be 1, but is \"2\".")]
    [InlineData("schema: \"1\"\nkind: sample\n", "schema must be 1")]
    [InlineData("schema: [1]\nkind: sample\n", "schema must be 1, but is a list")]
    [InlineData("- kind\n", "a recipe is a section of keys and values (schema, kind, seed, ...), but this is a list.")]
    [InlineData("", "but this is empty.")]
    public void Parse_UnknownSchemaOrNoSection_IsSaidBeforeAnythingElse(string yaml, string message)
    {
        string said = Assert.Throws<PalimpsestException>(() => Parse(yaml)).Message;
        Assert.Contains(message, said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Fact]
    public void Parse_DeepOrHugeText_IsRefused()
    {
        Assert.Contains("levels deep", Assert.Throws<PalimpsestException>(() => Parse(Small + "notes: " + new string('[', 30) + new string(']', 30))).Message, StringComparison.Ordinal);
        Assert.Contains("more than 50000 values", Assert.Throws<PalimpsestException>(() => Parse(Small + "seeds: [" + string.Join(',', Enumerable.Repeat("1", 50_001)) + "]")).Message, StringComparison.Ordinal);
        Assert.Contains("too long", Assert.Throws<PalimpsestException>(() => Parse(new string('#', RecipeYaml.MaxCharacters + 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnyText_IsARecipeOrAnErrorToMend() => Gen.Char["abkindmodel:-[]{}&*!|>'\"#%@`,?\n \t$~0159.\u0001é"].Array[0, 40].Select(letters => new string(letters)).Sample(
        text =>
        {
            try
            {
                Assert.NotNull(Parse(Small + text));
            }
            catch (PalimpsestException error)
            {
                Assert.NotEmpty(error.Message);
            }
        },
        iter: 3000);

    [Fact]
    public void Parse_Overrides_AreTypedAndCheckedLikeTheFile()
    {
        SampleRecipe recipe = Parse(Small + "arms:\n  - name: local\nseeds: [1, 2]\n",
            "train.steps=5", "train.until=\"> 3\"", "arms.0.note=x=y", "seeds.1=9", "weights.new=2.5", "notes=[a, b]", "train.steps=6", "model=other");
        Assert.Equal((6, "> 3", "x=y", "other"), (recipe.Train.Steps, recipe.Train.Until?.ToString(), recipe.Arms[0].Note, recipe.Model));
        Assert.Equal([1L, 9], recipe.Seeds);
        Assert.Equal(["a", "b"], recipe.Notes);
        Assert.Equal(2.5, recipe.Weights["new"]);
    }

    [Theory]
    [InlineData("train.steps", "override: \"train.steps\" is not of the form key=value.")]
    [InlineData("=5", "is not of the form key=value")]
    [InlineData("train..steps=5", "is not of the form key=value")]
    [InlineData("train.stesp=5", "override: unknown key \"train.stesp\". Did you mean \"steps\"?")]
    [InlineData("train.steps=many", "override: train.steps must be a whole number up to 2147483647, but is \"many\".")]
    [InlineData("train.steps=0", "override: train.steps must be at least 1, but is 0.")]
    [InlineData("model.size=5", "override: \"model\" is \"base-v1\" and not a section, so \"model.size\" cannot be set.")]
    [InlineData("seeds.2=5", "\"2\" in \"seeds.2\" must be a position in a list of 2, counted from 0.")]
    [InlineData("train.steps=[", "override: not valid YAML")]
    public void Parse_BadOverride_NamesTheOption(string text, string message) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Parse(Small + "seeds: [1, 2]\n", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_Claims_Bind()
    {
        Claim claim = Parse(Small + """
            claims:
              - id: masks-beat-naive
                says: "SIFT-Masks improves accuracy by 5-80% over naive merging."
                reading: "ratio of answer probabilities"
                metric: answer_probability
                compare: { arm: sift-masks, with: ft-merge, as: ratio, at: { owners: 64 } }
                holds_if: { lower_bound: ">= 5", confidence: 0.95, paired_by: seed }
                control: { arm: local, as: value, must: ">= 0.8" }
            """).Claims.Single();
        Assert.Equal(("masks-beat-naive", "answer_probability", "ft-merge", ClaimFigure.Ratio), (claim.Id, claim.Metric, claim.Compare.With, claim.Compare.As));
        Assert.Equal("64", claim.Compare.At["owners"]);
        Assert.Equal((">= 5", 0.95, Pairing.Seed), (claim.HoldsIf.LowerBound!.ToString(), claim.HoldsIf.Confidence, claim.HoldsIf.PairedBy));
        Assert.Equal(("local", ">= 0.8"), (claim.Control!.Arm, claim.Control.Must.ToString()));
    }

    [Theory]
    [InlineData("id: Bad Name", "line 5: claims[0].id must be of small letters")]
    [InlineData("holds_if: { lower_bound: \">= 5\", value: \"> 1\" }", "claims[0].holds_if: exactly one of lower_bound, upper_bound and value")]
    [InlineData("holds_if: { }", "exactly one of lower_bound")]
    [InlineData("holds_if: { lower_bound: \">= 5\", confidence: 1.0 }", "claims[0].holds_if.confidence must lie between 0 and 1")]
    [InlineData("compare: { arm: a, as: ratio }", "claims[0].compare.with is missing")]
    [InlineData("control: { arm: a }", "\"claims[0].control\" lacks the key \"must\"")]
    public void Parse_BadClaim_NamesTheLineAndKey(string line, string message)
    {
        string[] lines = ["id: a", "says: b", "metric: m", "compare: { arm: a }", "holds_if: { value: \"> 1\" }"];
        string key = line[..line.IndexOf(':', StringComparison.Ordinal)];
        IEnumerable<string> kept = lines.Where(other => !other.StartsWith(key + ":", StringComparison.Ordinal)).Prepend(line);
        string yaml = Small + "claims:\n  - " + string.Join("\n    ", kept) + "\n";
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Parse(yaml)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_File_PeeksAtItsKindAndSuggestsNames()
    {
        using TemporaryFolder root = new();
        AtomicFile.WriteText(root["tiny.yaml"], Small + "anything: 1\n");
        Assert.Equal("sample", RecipeReader.PeekKind(root["tiny.yaml"]));
        Assert.Contains($"Did you mean {root["tiny.yaml"]}?", Assert.Throws<PalimpsestException>(() => RecipeReader.Read<SampleRecipe>(root["tyni.yaml"])).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<PalimpsestException>(() => RecipeReader.PeekKind(root["no/tiny.yaml"])).Message, StringComparison.Ordinal);
        AtomicFile.WriteText(root["none.yaml"], "schema: 1\n");
        Assert.Contains("\"kind\" is missing", Assert.Throws<PalimpsestException>(() => RecipeReader.PeekKind(root["none.yaml"])).Message, StringComparison.Ordinal);
    }

    private static SampleRecipe Parse(string yaml, params string[] overrides) => RecipeReader.Parse<SampleRecipe>(yaml, "tiny.yaml", overrides);
}
