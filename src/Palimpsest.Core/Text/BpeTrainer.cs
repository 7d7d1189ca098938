using System.Runtime.InteropServices;
using System.Text.Json;
using Palimpsest.Text.Bpe;
using Palimpsest.Text.Patterns;
using Palimpsest.Text.PreTokenization;

namespace Palimpsest.Text;

/// <summary>Learns a byte-level BPE vocabulary from texts.</summary>
/// <remarks>
/// Sennrich, Haddow and Birch, Neural Machine Translation of Rare Words with Subword Units, ACL 2016, algorithm 1, over the bytes of GPT-2's pieces. The most frequent pair is merged first; of
/// equally frequent ones the pair with the smaller left id, then the smaller right id. The same texts in any order and any division into strings at piece boundaries give the same vocabulary.
/// </remarks>
public static class BpeTrainer
{
    /// <summary>Learns a vocabulary and gives it as the content of a Hugging Face <c>tokenizer.json</c>.</summary>
    /// <param name="texts">Read once, one after the other; only the counts of distinct pieces are kept.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="PalimpsestException">The options contradict each other.</exception>
    public static string Train(IEnumerable<string> texts, BpeTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        BpeLearner learner = new(CountPieces(texts, options), options);
        learner.Learn();
        return TokenizerWriter.Write(learner.Tokens, learner.Merges, options);
    }

    /// <summary>The content of a <c>tokenizer_config.json</c> that names the tokens' roles.</summary>
    public static string Config(BpeTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Dictionary<string, string> config = new(StringComparer.Ordinal) { ["tokenizer_class"] = "PreTrainedTokenizerFast" };
        if (options.BeginToken is not null)
            config["bos_token"] = options.BeginToken;
        if (options.EndToken is not null)
            config["eos_token"] = options.EndToken;
        if (options.PadToken is not null)
            config["pad_token"] = options.PadToken;
        return JsonSerializer.Serialize(config, TokenizerWriter.Json);
    }

    /// <summary>Learns a vocabulary and gives the tokenizer, ready to use and to <see cref="Tokenizer.Save"/>.</summary>
    /// <inheritdoc cref="Train"/>
    public static Tokenizer TrainTokenizer(IEnumerable<string> texts, BpeTrainerOptions options) => Tokenizer.Parse(Train(texts, options), Config(options));

    private static void Check(BpeTrainerOptions options)
    {
        HashSet<string> special = new(options.SpecialTokens, StringComparer.Ordinal);
        if (special.Count != options.SpecialTokens.Count || special.Contains(""))
            throw new PalimpsestException("SpecialTokens: a token is empty or stands there twice. Leave it out.");
        if (special.Any(token => token.Length == 1 && ByteAlphabet.ByteOf(token[0]) >= 0))
            throw new PalimpsestException("SpecialTokens: a token is a single character of the byte alphabet. Choose a longer spelling, such as \"<|end|>\".");
        if (special.Any(token => token.Length > AddedTokenReader.MaximumLength || CodePoints.WithoutLoneSurrogates(token) != token))
            throw new PalimpsestException($"SpecialTokens: a token is longer than {AddedTokenReader.MaximumLength} characters or not valid Unicode text. Choose another spelling.");
        foreach (string? role in (string?[])[options.BeginToken, options.EndToken, options.PadToken])
        {
            if (role is not null && !special.Contains(role))
                throw new PalimpsestException($"\"{role}\" is not among the SpecialTokens. Add it there.");
        }

        if (options.VocabularySize < 256 + special.Count || options.VocabularySize > VocabularyReader.MaximumId)
            throw new PalimpsestException($"VocabularySize is {options.VocabularySize}; with {special.Count} special tokens it must be from {256 + special.Count} to {VocabularyReader.MaximumId}.");
        if (options.MinFrequency < 1 || options.MaximumTokenLength < 2)
            throw new PalimpsestException("MinFrequency must be at least 1 and MaximumTokenLength at least 2.");
    }

    private static Dictionary<string, long> CountPieces(IEnumerable<string> texts, BpeTrainerOptions options)
    {
        List<PreTokenizer> steps = [new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: true)];
        if (options.IndividualDigits)
            steps.Insert(0, new SplitPreTokenizer(new CodePointPattern(TokenizerCharacters.Numeric), SplitBehavior.Isolated, invert: false));
        PreTokenizerSequence preTokenizer = new([.. steps]);
        AddedTokenMatcher special = new([.. options.SpecialTokens.Select((token, id) => new AddedToken { Id = id, Content = token, Spelling = token, Special = true })]);

        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (string raw in texts)
        {
            string text = CodePoints.WithoutLoneSurrogates(raw);
            foreach (AddedTokenMatcher.Part part in special.Cut(text, specialAsText: false))
            {
                if (part.Token is not null)
                    continue;
                PieceText pieces = new(text[part.Start..part.End], atStart: false);
                preTokenizer.Apply(pieces);
                foreach (TextMatch piece in pieces.Pieces)
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, pieces[piece], out _)++;
            }
        }

        return counts;
    }
}
