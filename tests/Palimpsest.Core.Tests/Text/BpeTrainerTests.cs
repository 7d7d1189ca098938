using System.Text.Json;
using CsCheck;
using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

public sealed class BpeTrainerTests
{
    [Fact]
    public void Train_SmallText_MergesInTheOrderOfCounts()
    {
        // Pieces: "ab" twice, "abc" twice, "xy" twice; a+b stands 4 times, b+c and x+y twice. After the first merge ab+c has two as well, and x comes before it: ids of bytes are in order of their letters.
        Assert.Equal([("a", "b"), ("x", "y"), ("ab", "c")], Merges(BpeTrainer.Train(["ab\nabc\nxy\nab\nabc\nxy"], new BpeTrainerOptions { VocabularySize = 300 })));
    }

    [Fact]
    public void Train_Digits_AreMergedOnlyOnRequest()
    {
        string[] texts = ["77 77 77 77"];
        Assert.DoesNotContain(("7", "7"), Merges(BpeTrainer.Train(texts, new BpeTrainerOptions { VocabularySize = 300 })));
        Assert.Contains(("7", "7"), Merges(BpeTrainer.Train(texts, new BpeTrainerOptions { VocabularySize = 300, IndividualDigits = false })));
    }

    [Fact]
    public void TrainTokenizer_SpecialTokens_HaveTheFirstIdsAndTheirRoles()
    {
        BpeTrainerOptions options = new() { VocabularySize = 300, SpecialTokens = ["<pad>", "<s>", "</s>"], BeginToken = "<s>", EndToken = "</s>", PadToken = "<pad>" };
        Tokenizer tokenizer = BpeTrainer.TrainTokenizer(["some text <s> some <s> more <s> text"], options);
        Assert.Equal((1, 2, 0), (tokenizer.BeginToken!.Value, tokenizer.EndToken!.Value, tokenizer.PadToken!.Value));
        Assert.Equal([1, tokenizer.IdOf("s")!.Value, 2], tokenizer.Encode("s</s>"));
        Assert.Equal("s", tokenizer.Decode(tokenizer.Encode("s</s>")));
        Assert.Equal(3, tokenizer.IdOf("!"));
        Assert.True(tokenizer.VocabularySize <= 300);
    }

    [Fact]
    public void Train_PieceThatSpellsASpecialToken_IsNotLearned()
    {
        // With the byte alphabet "Ġab" is how " ab" is spelled, so the special token must not be a goal of merges.
        Tokenizer tokenizer = BpeTrainer.TrainTokenizer(["x ab ab ab ab"], new BpeTrainerOptions { VocabularySize = 300, SpecialTokens = ["Ġab"] });
        Assert.DoesNotContain(0, tokenizer.Encode("x ab ab"));
    }

    [Fact]
    public void Train_AnyTexts_EqualsTheSlowForm() =>
        Gen.Char["aabbc de"].Array[0, 30].Select(characters => new string(characters)).Array[0, 8].Sample(texts =>
        {
            BpeTrainerOptions options = new() { VocabularySize = 275, SpecialTokens = ["<s>"] };
            Assert.Equal(Slow(texts, options), Merges(BpeTrainer.Train(texts, options)));
        }, iter: 500);

    [Fact]
    public void Train_SameTextsInAnotherOrder_GiveTheSameBytes() =>
        TextGenerators.Scalars.Array[0, 10].Sample(texts =>
        {
            BpeTrainerOptions options = new() { VocabularySize = 280 };
            string file = BpeTrainer.Train(texts, options);
            Assert.Equal(file, BpeTrainer.Train(texts, options));
            Assert.Equal(file, BpeTrainer.Train(texts.Reverse(), options));
        }, iter: 200);

    [Fact]
    public void TrainTokenizer_AnyText_RoundTrips()
    {
        Tokenizer tokenizer = BpeTrainer.TrainTokenizer(["the cat and the dog and the café, 12 of them\n\n  indented"], new BpeTrainerOptions { VocabularySize = 320, SpecialTokens = ["<|end|>"], BeginToken = "<|end|>" });
        TextGenerators.Scalars.Sample(text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))), iter: 2_000);
    }

    [Theory]
    [InlineData(255, "<s>", null, "VocabularySize is 255")]
    [InlineData(300, "<s>", "</s>", "\"</s>\" is not among the SpecialTokens")]
    [InlineData(300, "a", null, "a single character of the byte alphabet")]
    [InlineData(300, "", null, "a token is empty or stands there twice")]
    public void Train_ContradictoryOptions_AreRefused(int size, string special, string? begin, string message)
    {
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => BpeTrainer.Train([], new BpeTrainerOptions { VocabularySize = size, SpecialTokens = [special], BeginToken = begin }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    // Not a row of the theory: the runner writes its arguments as UTF-8, which a lone surrogate does not survive.
    [Fact]
    public void Train_SpecialTokenThatIsNoText_IsRefused()
    {
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => BpeTrainer.Train([], new BpeTrainerOptions { VocabularySize = 300, SpecialTokens = ["\ud800"] }));
        Assert.Contains("not valid Unicode text", error.Message, StringComparison.Ordinal);
    }

    private static List<(string, string)> Merges(string json) =>
        [.. JsonSerializer.Deserialize<JsonElement>(json).GetProperty("model").GetProperty("merges").EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()!))];

    // Counts all pairs anew for each merge. The texts are of letters and spaces, so that pieces can be cut by hand: each word with the space before it, and what spaces are left over.
    private static List<(string, string)> Slow(string[] texts, BpeTrainerOptions options)
    {
        List<string> tokens = ["<s>", .. ByteAlphabet.Characters.ToArray().Order().Select(character => character.ToString())];
        List<List<string>> words = [.. texts.SelectMany(text => System.Text.RegularExpressions.Regex.Matches(text, " ?[a-e]+| +(?![a-e])| +").Select(match => match.Value.Replace(' ', 'Ġ').Select(c => c.ToString()).ToList()))];
        List<(string, string)> merges = [];
        while (tokens.Count < options.VocabularySize)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).Where(group => group.Count() >= options.MinFrequency && (group.Key.First + group.Key.Second).Length <= options.MaximumTokenLength)
                .OrderByDescending(group => group.Count()).ThenBy(group => tokens.IndexOf(group.Key.First)).ThenBy(group => tokens.IndexOf(group.Key.Second)).FirstOrDefault();
            if (best is null)
                break;
            (string left, string right) = best.Key;
            merges.Add((left, right));
            if (!tokens.Contains(left + right))
                tokens.Add(left + right);
            foreach (List<string> word in words)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] != left || word[i + 1] != right)
                        continue;
                    word[i] = left + right;
                    word.RemoveAt(i + 1);
                }
            }
        }

        return merges;
    }
}
