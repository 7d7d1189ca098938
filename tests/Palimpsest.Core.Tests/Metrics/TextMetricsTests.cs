using CsCheck;
using Palimpsest.Metrics;

namespace Palimpsest.Tests.Metrics;

/// <summary>Known values, made with the reference packages on our own sentences, and properties that hold for every text.</summary>
public sealed class TextMetricsTests
{
    private static readonly Gen<string> s_text = Gen.OneOf("the", "cat", "cats", "running", "Ran", "a", "naïve", "1,000", "İz", "😀", "\n", "…", "state-of-the-art").Array[0, 12].Select(words => string.Join(' ', words));

    [Theory]
    [InlineData("caresses", "caress"), InlineData("ponies", "poni"), InlineData("ties", "tie"), InlineData("cats", "cat"), InlineData("agreed", "agre"), InlineData("hopping", "hop"), InlineData("falling", "fall")]
    [InlineData("filing", "file"), InlineData("happy", "happi"), InlineData("enjoy", "enjoy"), InlineData("relational", "relat"), InlineData("skies", "sky"), InlineData("dying", "die"), InlineData("generalizations", "gener")]
    [InlineData("oscillators", "oscil"), InlineData("geologi", "geolog"), InlineData("by", "by"), InlineData("", ""), InlineData("owed", "owe"), InlineData("controll", "control")]
    public void Stem_Word_EqualsReference(string word, string stem) => Assert.Equal(stem, PorterStemmer.Stem(word));

    [Fact]
    public void Stem_LongRunOfY_Ends() => Assert.True(PorterStemmer.Stem(new string('y', 100_000) + "ing").Length > 99_000);

    [Fact]
    public void Rouge_SummaryWithTwoLines_CountsTheUnionOnce()
    {
        RougeScore one = Rouge.N("the cat sat on the mat", "the cat lay on the mat", 1), two = Rouge.N("the cat sat on the mat", "the cat lay on the mat", 2);
        Assert.Equal(5 / 6.0, one.F, 1e-12);
        Assert.Equal(3 / 5.0, two.F, 1e-12);
        Assert.Equal(5 / 6.0, Rouge.L("the cat sat on the mat", "the cat lay on the mat").Recall, 1e-12);

        // Lin's example: w1 w2 w3 w4 w5 against "w1 w2 w6 w7 w8" and "w1 w3 w8 w9 w5" has the union w1 w2 w3 w5.
        RougeScore union = Rouge.Lsum("w1 w2 w3 w4 w5", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5");
        Assert.Equal(4 / 5.0, union.Recall, 1e-12);
        Assert.Equal(4 / 10.0, union.Precision, 1e-12);
    }

    [Fact]
    public void Rouge_AnyTexts_IsBoundedAndMirrors() => Gen.Select(s_text, s_text, Gen.Bool).Sample((target, prediction, stem) =>
    {
        foreach (Func<string, string, RougeScore> kind in (Func<string, string, RougeScore>[])[(a, b) => Rouge.N(a, b, 1, stem), (a, b) => Rouge.N(a, b, 2, stem), (a, b) => Rouge.L(a, b, stem)])
        {
            RougeScore score = kind(target, prediction), mirrored = kind(prediction, target);
            Assert.Equal(score.Precision, mirrored.Recall);
            Assert.InRange(score.F, Math.Min(score.Precision, score.Recall) - 1e-12, Math.Max(score.Precision, score.Recall) + 1e-12);
        }

        Assert.True(Rouge.L(target, prediction, stem).Recall <= Rouge.N(target, prediction, 1, stem).Recall);
        Assert.Equal(Rouge.Tokenize(target, stem).Count == 0 ? 0 : 1, Rouge.Lsum(target, target, stem).F);
    });

    [Theory]
    [InlineData("The Eiffel Tower!", "eiffel tower"), InlineData("an apple, a pear", "apple pear"), InlineData("$5 — “so”", "5 — “so”"), InlineData("ΟΔΟΣ", "οδος"), InlineData("the_a", "thea"), InlineData("", "")]
    public void Normalize_Answer_EqualsReference(string answer, string expected) => Assert.Equal(expected, AnswerNormalizer.Normalize(answer));

    [Fact]
    public void Answers_EdgeCases_FollowTheOfficialPrograms()
    {
        Assert.Equal(1, AnswerMatch.ExactMatch("", [""]));
        Assert.Equal(0, AnswerMatch.ExactMatch("x", []));
        Assert.Equal(0, AnswerMatch.F1("", [""]));
        Assert.Equal(1, AnswerMatch.F1("", [""], emptyMatches: true));
        Assert.Equal(0.8, AnswerMatch.F1("the red barn", ["a red old barn"]), 1e-12);
        Assert.True(AnswerMatch.Contains("It was in Paris, France.", ["Rome", "paris"]));
        Assert.False(AnswerMatch.Contains("parisian", ["Paris"]));
        Assert.True(AnswerMatch.Contains("anything", [""]));
        Assert.Equal(["e", "-", "mail"], AnswerMatch.ContainmentTokens("E-mail"));
    }

    [Fact]
    public void Anls_Letters_AreCodePointsAndAHalfCounts()
    {
        Assert.Equal(0.5, Anls.Score("ab", ["ac"]));
        Assert.Equal(0, Anls.Score("ab", ["ac"], strict: true));
        Assert.Equal(0.5, Anls.Similarity("😀b", "😀c"));
        Assert.Equal(0, Anls.Score("", [""]));
        Assert.Equal(1, Anls.Score(" Total  sum ", ["total sum"], squeezeSpaces: true));
    }

    [Fact]
    public void Levenshtein_AnySequences_IsAMetric() => Gen.Select(Gen.Int[0, 3].Array[0, 12], Gen.Int[0, 3].Array[0, 12], Gen.Int[0, 3].Array[0, 12]).Sample((a, b, c) =>
    {
        int ab = Levenshtein.Distance<int>(a, b);
        Assert.Equal(ab, Levenshtein.Distance<int>(b, a));
        Assert.True(ab <= Levenshtein.Distance<int>(a, c) + Levenshtein.Distance<int>(c, b));
        Assert.Equal(a.AsSpan().SequenceEqual(b), ab == 0);
        Assert.InRange(ab, Math.Abs(a.Length - b.Length), Math.Max(a.Length, b.Length));
    });

    [Fact]
    public void Levenshtein_HugeTexts_AreRefused() => Assert.Throws<PalimpsestException>(() => Levenshtein.Distance<byte>(new byte[40_000], new byte[40_000]));

    [Fact]
    public void Translation_KnownSentences_EqualSacrebleu()
    {
        Assert.Equal(64.31870218238025, Bleu.Sentence("the cat sat on the mat", ["The cat sat on the mat."]).Score, 1e-10);
        Assert.Equal(88.0862902423784, Chrf.Sentence("the cat sat on the mat", ["The cat sat on the mat."]), 1e-10);
        Assert.Equal(83.89851280212484, Chrf.Sentence("the cat sat on the mat", ["The cat sat on the mat."], wordOrder: 2), 1e-10);
        Assert.Equal(100 / 6.0, Ter.Sentence("the cat sat on the mat", ["The cat sat on the mat."]), 1e-10);

        // One block moves: a single edit where the edit distance is two.
        Assert.Equal(50, Ter.Sentence("two one", ["one two"]), 1e-10);
        Assert.Equal(100, Ter.Sentence("words", [""]));
        Assert.Throws<PalimpsestException>(() => Bleu.Corpus(["a"], [[]]));
        Assert.Throws<PalimpsestException>(() => Chrf.Corpus(["a"], []));
    }

    [Fact]
    public void Translation_AnyTexts_AreBoundedAndPerfectOnThemselves() => Gen.Select(s_text, s_text).Sample(
        (hypothesis, reference) =>
        {
            foreach (BleuTokenization tokenization in Enum.GetValues<BleuTokenization>())
            {
                Assert.InRange(Bleu.Sentence(hypothesis, [reference], new BleuOptions { Tokenization = tokenization, EffectiveOrder = true }).Score, 0, 100 + 1e-9);
            }

            Assert.InRange(Chrf.Sentence(hypothesis, [reference], 2), 0, 100 + 1e-9);
            Assert.Equal(0, Ter.Sentence(hypothesis, [hypothesis]));
            if (!string.IsNullOrWhiteSpace(hypothesis))
            {
                Assert.Equal(100, Bleu.Sentence(hypothesis, [reference, hypothesis]).Score, 1e-9);
                Assert.Equal(100, Chrf.Sentence(hypothesis, [reference, hypothesis]), 1e-9);
            }

            // Moves only ever save edits.
            string[] words = hypothesis.ToLowerInvariant().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries), wanted = reference.ToLowerInvariant().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            Assert.InRange(TerShifts.Edits(words, wanted), Math.Abs(words.Length - wanted.Length), Levenshtein.Distance<string>(words, wanted));
        },
        iter: 200);

    [Theory]
    [InlineData("so #### 1,080", "1080", "1080", null, null), InlineData("The answer is $1,234.50 in total.", null, "1234.50", "1234.50", null), InlineData(@"so $\boxed{\frac{1}{2}}$", null, "2", null, @"\frac{1}{2}")]
    [InlineData(@"\boxed 7$", null, "7", null, "7"), InlineData(@"\boxed{open", null, null, null, null), InlineData("", null, null, null, null), InlineData(@"\fbox{x}", null, null, null, "x")]
    public void Extraction_Solution_FindsTheAnswer(string text, string? marked, string? last, string? after, string? boxed)
    {
        Assert.Equal(marked, AnswerExtraction.Marked(text));
        Assert.Equal(last, AnswerExtraction.LastNumber(text));
        Assert.Equal(after, AnswerExtraction.AfterTheAnswerIs(text));
        Assert.Equal(boxed, AnswerExtraction.LastBoxed(text));
    }
}
