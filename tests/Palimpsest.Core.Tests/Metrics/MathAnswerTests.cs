using System.Text.Json;
using Palimpsest.Metrics;

namespace Palimpsest.Tests.Metrics;

public sealed class MathAnswerTests
{
    [Fact]
    public void Equivalent_ReferencePairs_AreJudgedAsExpected()
    {
        JsonElement[] pairs = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden", "metrics", "math-equivalence.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
        Assert.Equal(170, pairs.Length);
        Assert.Empty(pairs.Where(pair => MathAnswer.Equivalent(pair[0].GetString()!, pair[1].GetString()!) != pair[2].GetBoolean()).Select(pair => pair.GetRawText()));
        Assert.Empty(pairs.Where(pair => MathAnswer.Equivalent(pair[1].GetString()!, pair[0].GetString()!) != pair[2].GetBoolean()).Select(pair => pair.GetRawText()));
    }

    public static IEnumerable<TheoryDataRow<string>> WholeFile() => Reference.File("math_equiv.jsonl");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(WholeFile))]
    public void Equivalent_File_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement line in File.ReadLines(path).Select(line => JsonSerializer.Deserialize<JsonElement>(line)))
        {
            string reference = line.GetProperty("reference").GetString()!, answer = line.GetProperty("prediction").GetString()!;
            check.Same(line.GetProperty("equal").GetBoolean(), MathAnswer.Equivalent(reference, answer), line.GetRawText());
            check.Same(line.GetProperty("equal").GetBoolean(), MathAnswer.Equivalent(answer, reference), line.GetRawText());
        }

        check.Assert("math_equiv.jsonl");
    }

    [Theory]
    [InlineData(@"\frac{1}{2x+2}", @"\frac{1}{2(x+1)}", true)]
    [InlineData(@"\frac{1}{x-1}", @"\frac{-1}{1-x}", true)]
    [InlineData(@"(1+\sqrt{2})^2", @"3+2\sqrt2", true)]
    [InlineData(@"(1+i)^2", "2i", true)]
    [InlineData(@"\sqrt{-4}", "2i", true)]
    [InlineData(@"\cos\frac{\pi}{6}", @"\frac{\sqrt 3}{2}", true)]
    [InlineData(@"\tan 45^\circ", "1", true)]
    [InlineData(@"x^{1/2}", @"\sqrt{x}", true)]
    [InlineData(@"2\frac{x}{2}", "x", true)]
    [InlineData("3 5", "15", false)]
    [InlineData("0/0", "1", false)]
    [InlineData("|x|", "x", false)]
    [InlineData(@"\text{no}", "on", false)]
    public void Equivalent_FormsOfOneValue_AreEqual(string reference, string answer, bool equal) => Assert.Equal(equal, MathAnswer.Equivalent(reference, answer));

    [Theory]
    [InlineData("9^{9^{9^9}}")]
    [InlineData("(a+b+c+d)^{50}")]
    [InlineData("1e999999999")]
    [InlineData("99999999!")]
    [InlineData(@"\binom{99999999}{3}")]
    [InlineData(@"\frac{1}{0}")]
    [InlineData("1_")]
    public void Equivalent_WhatIsTooLargeOrBroken_EqualsItselfAlone(string answer)
    {
        Assert.True(MathAnswer.Equivalent(answer, answer + " "));
        Assert.False(MathAnswer.Equivalent(answer, "1"));
    }

    [Fact]
    public void Equivalent_DeepOrLongTexts_AreComparedAsTexts()
    {
        foreach (string part in (string[])["(", "{", "\\sqrt", "-", "1+", "x^", "\\pm", ",", "[(", "9"])
        {
            string text = string.Concat(Enumerable.Repeat(part, Math.Min(900 / part.Length, 450)));
            Assert.False(MathAnswer.Equivalent(text, "1"));
            Assert.True(MathAnswer.Equivalent(text, " " + text));
        }
    }
}
