using CsCheck;
using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Tests.Runs;

/// <summary>Options of which a recipe chooses one by name.</summary>
public sealed class RecipeChoiceTests
{
    private const string Small = "schema: 1\nkind: choice\n";

    [Theory]
    [InlineData("method: plain\n")]
    [InlineData("method: { name: plain }\n")]
    [InlineData("method:\n  name: \"plain\"\n")]
    public void Parse_Name_TakesItsDefaults(string yaml) => Assert.Equal(new PlainMethod(), Parse(yaml).Method);

    [Fact]
    public void Parse_NameAndOptions_Binds()
    {
        ChoiceRecipe recipe = Parse("""
            method: { density: 0.25, name: trim }
            others: [plain, { name: trim, sum: true }, { name: nest, inner: { density: 1 }, of: { name: trim, density: 0.5 } }]
            by_arm: { a: plain, b: { name: trim, density: 0 } }
            """);
        Assert.Equal(new TrimMethod { Density = 0.25, Sum = true }, recipe.Method); // "sum" is the recipe's default
        Assert.Equal<SampleMethod>([new PlainMethod(), new TrimMethod { Sum = true },
            new NestMethod { Inner = new() { Density = 1 }, Of = new TrimMethod { Density = 0.5 } }], recipe.Others);
        Assert.Equal(new TrimMethod { Density = 0 }, recipe.ByArm["b"]);
    }

    [Fact]
    public void Parse_OptionsWithoutAName_ChangeTheDefaultsOnly()
    {
        Assert.Equal(new TrimMethod { Density = 0.75, Sum = true }, Parse("method: { density: 0.75 }\n").Method);
        Assert.Equal(new TrimMethod { Density = 0.2, Sum = true }, Parse("").Method);
        Assert.Equal(new TrimMethod { Density = 0.2, Sum = true }, Parse("method: trim\n").Method);
    }

    [Theory]
    [InlineData("method: trin\n", "tiny.yaml line 3: method \"trin\" is not known. Did you mean \"trim\"? There are: plain, trim, nest.")]
    [InlineData("method: { name: xyzzy }\n", "method \"xyzzy\" is not known. There are: plain, trim, nest.")]
    [InlineData("method: { name: plain, density: 1 }\n", "unknown key \"method.density\"")]
    [InlineData("method: { name: trim, desnity: 1 }\n", "unknown key \"method.desnity\". Did you mean \"density\"?")]
    [InlineData("method: { name: trim, density: 2 }\n", "method.density must be from 0 to 1.")]
    [InlineData("method: [trim]\n", "method must be a name, or a section with a name and options")]
    [InlineData("method: { name: { a: 1 } }\n", "method must be a name, or a section with a name and options")]
    [InlineData("method:\n", "method must be a section of keys and values, but is empty")]
    [InlineData("others: [{ density: 1 }]\n", "others[0] must be a name, or a section with a name and options")]
    [InlineData("others: [plain, trym]\n", "others[1] \"trym\" is not known. Did you mean \"trim\"?")]
    [InlineData("older: trim\n", "older must be a section of keys and values")]
    [InlineData("older: { name: trim }\n", "unknown key \"older.name\"")]
    public void Parse_WhatDoesNotFit_IsNamed(string yaml, string message) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Parse(yaml)).Message, StringComparison.Ordinal);

    [Fact]
    public void Set_NameAndOption_ApplyInTheirOrder()
    {
        Assert.Equal(new PlainMethod(), Parse("method: { density: 1 }\n", "method=plain").Method);
        Assert.Equal(new TrimMethod { Density = 0.5, Sum = true }, Parse("method: trim\n", "method.density=0.5").Method);
        Assert.Equal(new TrimMethod { Density = 0.5, Sum = true }, Parse("", "method.density=0.5").Method);
        Assert.Equal(new TrimMethod { Density = 0.5, Sum = true }, Parse("method: plain\n", "method.name=trim", "method.density=0.5").Method);
        Assert.Equal(new TrimMethod { Density = 0.5, Sum = true }, Parse("method: plain\n", "method=trim", "method.density=0.5").Method);
        Assert.Equal(new NestMethod { Of = new TrimMethod { Density = 0.1 } }, Parse("", "method={name: nest, of: {name: trim, density: 0.1}}").Method);
        Assert.Contains("unknown key \"method.density\"", Assert.Throws<PalimpsestException>(() => Parse("method: plain\n", "method.density=0.5")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ToYaml_AnyChoice_IsReadBackEqual()
    {
        Gen<SampleMethod> plain = Gen.Const((SampleMethod)new PlainMethod());
        Gen<TrimMethod> trim = Gen.Select(Gen.Double[0, 1], Gen.Bool).Select((density, sum) => new TrimMethod { Density = density, Sum = sum });
        Gen<SampleMethod> simple = Gen.OneOf(plain, trim.Select(method => (SampleMethod)method));
        Gen<SampleMethod> any = Gen.OneOf(simple, Gen.Select(trim, simple).Select((inner, of) => (SampleMethod)new NestMethod { Inner = inner, Of = of }));
        Gen.Select(any, any.Array[0, 4], trim.Null(), any).Sample((method, others, older, arm) =>
        {
            ChoiceRecipe recipe =
                Parse("") with { Method = method, Others = others, Older = older, ByArm = new Dictionary<string, SampleMethod> { ["x"] = arm } };
            string yaml = RecipeWriter.ToYaml(recipe);
            ChoiceRecipe again = RecipeReader.Parse<ChoiceRecipe>(yaml, "again");
            Assert.Equal((recipe.Method, recipe.Older, recipe.ByArm["x"]), (again.Method, again.Older, again.ByArm["x"]));
            Assert.Equal(recipe.Others, again.Others);
            Assert.Equal(yaml, RecipeWriter.ToYaml(again));
        });
    }

    [Fact]
    public void NameOf_Options_IsTheirName()
    {
        Assert.Equal("trim", RecipeChoices.NameOf(new TrimMethod()));
        Assert.Throws<ArgumentException>(() => RecipeChoices.NameOf("text"));
    }

    private static ChoiceRecipe Parse(string yaml, params string[] overrides) => RecipeReader.Parse<ChoiceRecipe>(Small + yaml, "tiny.yaml", overrides);

    private static class SampleMethods
    {
        public static IReadOnlyDictionary<string, Type> Choices { get; } =
            new OrderedDictionary<string, Type> { ["plain"] = typeof(PlainMethod), ["trim"] = typeof(TrimMethod), ["nest"] = typeof(NestMethod) };
    }

    [RecipeChoice(typeof(SampleMethods))]
    internal abstract record SampleMethod : IValidated
    {
        public virtual IEnumerable<string> Problems() => [];
    }

    internal sealed record PlainMethod : SampleMethod;

    internal sealed record TrimMethod : SampleMethod
    {
        public double Density { get; init; } = 0.2;

        public bool Sum { get; init; }

        public override IEnumerable<string> Problems() => Density is >= 0 and <= 1 ? [] : ["density must be from 0 to 1."];
    }

    internal sealed record NestMethod : SampleMethod
    {
        public TrimMethod Inner { get; init; } = new();

        public SampleMethod Of { get; init; } = new PlainMethod();
    }

    internal sealed record ChoiceRecipe : Recipe
    {
        public SampleMethod Method { get; init; } = new TrimMethod { Sum = true };

        public IReadOnlyList<SampleMethod> Others { get; init; } = [];

        public TrimMethod? Older { get; init; }

        public IReadOnlyDictionary<string, SampleMethod> ByArm { get; init; } = new Dictionary<string, SampleMethod>();
    }
}
