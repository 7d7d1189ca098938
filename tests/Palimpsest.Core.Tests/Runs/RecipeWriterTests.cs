using CsCheck;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Tests.Runs;

public sealed class RecipeWriterTests
{
    // Half a surrogate pair is no text: YAML cannot hold it, and nothing that was read contains it.
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String.Where(text => !text.Any(char.IsSurrogate)),
        Pick.From("", " ", "null", "~", "true", "No", "1", "1e3", ".inf", "a: b", "# c", "- d", "${PALIMPSEST_DATA}", "$${x}", "$", "a\nb", "a\r\nb\t", "\0", "\u0085", "\u2028", "\ufeff", "\"q\" \\ 'q'", "𝒳", "[x]", "{y}", "&a", "*a", "!t", "?", "@", "`"));

    private static readonly Gen<double> Number = Gen.OneOf(Gen.Double.Where(value => !double.IsNaN(value)), Pick.From<double>(0, -0.0, 0.1, 1e300, 5e-324, double.PositiveInfinity, double.NegativeInfinity));

    private static readonly Gen<SampleTrain> Train = Gen.Select(Gen.Int[1, int.MaxValue], Number, Gen.Float.Where(value => !float.IsNaN(value)), Gen.Bool, Pick.From(Enum.GetValues<SampleSchedule>()), Gen.Long, Gen.Bool)
        .Select(x => new SampleTrain { Steps = x.Item1, LearningRate = x.Item2, Dropout = x.Item3, Shuffle = x.Item4, Schedule = x.Item5, Limit = x.Item7 ? x.Item6 : null, Until = x.Item7 ? Threshold.Parse("> -1.5", null) : null });

    private static readonly Gen<SampleArm> Arm = Gen.Select(Text, Text, Gen.Bool, Gen.Dictionary(Text, Text)[0, 3])
        .Select(x => new SampleArm { Name = x.Item1, Note = x.Item3 ? x.Item2 : null, Options = new ValueDictionary<string, string>(x.Item4) });

    private static readonly Gen<SampleRecipe> Recipes = Gen.Select(Gen.Long, Gen.Long.Array[0, 3], Text, Train, Arm.Array[0, 3], Gen.Dictionary(Text, Number)[0, 3], Text.Array[0, 4])
        .Select(x => new SampleRecipe
        {
            Kind = "sample",
            Seed = x.Item1,
            Seeds = new ValueList<long>(x.Item2),
            Model = x.Item3,
            Train = x.Item4,
            Arms = new ValueList<SampleArm>(x.Item5),
            Weights = new ValueDictionary<string, double>(x.Item6),
            Notes = new ValueList<string>(x.Item7),
            Claims = new ValueList<Claim>([]),
        });

    [Fact]
    public void ToYaml_AnyRecipe_ReadsBackEqual() => Recipes.Sample(
        recipe =>
        {
            string yaml = RecipeWriter.ToYaml(recipe);
            SampleRecipe read = (SampleRecipe)RecipeReader.Parse(typeof(SampleRecipe), yaml, "written", null, _ => "/never/asked");
            Assert.Equal(recipe, read);
            Assert.Equal(yaml, RecipeWriter.ToYaml(read));
            Assert.DoesNotContain('\r', yaml);
        },
        iter: 1000);

    [Fact]
    public void ToYaml_Claims_ReadBackEqual()
    {
        SampleRecipe recipe = RecipeReader.Parse<SampleRecipe>("""
            kind: sample
            model: base-v1
            claims:
              - { id: a, says: "x: y", metric: m, compare: { arm: b, with: c, as: ratio, at: { owners: 64 } }, holds_if: { lower_bound: ">= 5", min_seeds: 4 }, control: { arm: d, must: "< 1e-3", at: { owners: 8 } } }
              - { id: b, says: z, metric: m, compare: { arm: b }, holds_if: { value: "> -0.5", paired_by: none } }
            """, "tiny.yaml");
        SampleRecipe read = RecipeReader.Parse<SampleRecipe>(RecipeWriter.ToYaml(recipe), "written");
        Assert.Equal(recipe, read);
        Assert.Equal(ClaimRules.Hash(recipe.Claims), ClaimRules.Hash(read.Claims));
    }

    [Fact]
    public void ToYaml_Defaults_AreWrittenOutInTheOrderOfTheFormat()
    {
        string yaml = RecipeWriter.ToYaml(RecipeReader.Parse<SampleRecipe>("model: base-v1\nkind: sample\n", "tiny.yaml"));
        Assert.StartsWith("schema: 1\nkind: sample\nseed: 7\nseeds: []\nmodel: base-v1\n", yaml, StringComparison.Ordinal);
        Assert.Contains("\ntrain:\n  steps: 600\n  learning_rate: 0.002\n  dropout: 0\n  shuffle: true\n  schedule: cosine-decay\n  limit: null\n  until: null\n", yaml, StringComparison.Ordinal);
        Assert.EndsWith("claims: []\n", yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${PALIMPSEST_DATA}/a", "/data/a", null)]
    [InlineData("$${PALIMPSEST_DATA}", "${PALIMPSEST_DATA}", null)]
    [InlineData("${HOME}", "${HOME}", "only ${PALIMPSEST_DATA} is known")]
    [InlineData("${PALIMPSEST_DATA", "${PALIMPSEST_DATA", "only ${PALIMPSEST_DATA} is known")]
    [InlineData("cost: $5 {x} $", "cost: $5 {x} $", null)]
    public void Expand_Text_ReadsOneVariableOnly(string text, string expected, string? problem)
    {
        Assert.Equal(expected, RecipeVariables.Expand(text, name => name == "PALIMPSEST_DATA" ? "/data" : "secret", out string? said));
        Assert.Equal(problem is null, said is null);
        Assert.Contains(problem ?? "", said ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Expand_EscapedText_ComesBack() => Gen.Char["${}PA_"].Array[0, 12].Select(letters => new string(letters)).Sample(text =>
    {
        Assert.Equal(text, RecipeVariables.Expand(RecipeVariables.Escape(text), _ => throw new InvalidOperationException("asked"), out string? problem));
        Assert.Null(problem);
    });

    [Fact]
    public void Parse_VariableNotSet_SaysHowToSetIt()
    {
        string message = Assert.Throws<PalimpsestException>(() => RecipeReader.Parse(typeof(SampleRecipe), "kind: sample\nmodel: ${PALIMPSEST_DATA}/m\n", "tiny.yaml", null, _ => null)).Message;
        Assert.Contains("tiny.yaml line 2: model needs PALIMPSEST_DATA", message, StringComparison.Ordinal);
        Assert.Equal("/d/m", ((SampleRecipe)RecipeReader.Parse(typeof(SampleRecipe), "kind: sample\nmodel: ${PALIMPSEST_DATA}/m\n", "tiny.yaml", null, _ => "/d")).Model);
    }
}
