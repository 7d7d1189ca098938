using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>Tells prompts that ask for what is to be forgotten from others, by their runs of tokens.</summary>
internal sealed class PromptClassifier
{
    /// <summary>Places that runs of tokens are hashed to.</summary>
    private const int Features = 1 << 16;

    private readonly Tokenizer _tokenizer;
    private readonly int _runs;
    private readonly SparseLogisticRegression _regression;

    private PromptClassifier(Tokenizer tokenizer, int runs, SparseLogisticRegression regression) => (_tokenizer, _runs, _regression) = (tokenizer, runs,
        regression);

    /// <summary>Trains it on both sets as they are put; the smaller one is repeated until it is as large as the other.</summary>
    public static PromptClassifier Train(Tokenizer tokenizer, EmbeddingCorruptionOptions options, WeightlessTuning tuning)
    {
        int largest = Enum.GetValues<QuestionSide>().Max(side => tuning.Sets[side].Count);
        List<(int[] Features, int Class)> examples = [];
        foreach (QuestionSide side in Enum.GetValues<QuestionSide>())
        {
            int[][] prompts = [.. tuning.Sets[side].Select(question => FeaturesOf(tokenizer, tuning.Form.Open(question).Prompt, options.NGrams))];
            examples.AddRange(Enumerable.Range(0, largest).Select(i => (prompts[i % prompts.Length], side == QuestionSide.Forget ? 1 : 0)));
        }

        return new PromptClassifier(tokenizer, options.NGrams,
            SparseLogisticRegression.Train(examples, Features, classes: 2, options.Penalty, tuning.Random.Child("classifier")));
    }

    /// <summary>Whether a prompt asks for what is to be forgotten.</summary>
    public bool IsForbidden(string prompt) => _regression.Predict(FeaturesOf(_tokenizer, prompt, _runs)) == 1;

    /// <summary>The places of all runs of 1 to <paramref name="longest"/> tokens, each once, ascending.</summary>
    internal static int[] FeaturesOf(Tokenizer tokenizer, string prompt, int longest)
    {
        int[] ids = tokenizer.Encode(prompt, specialTokensAsText: true);
        SortedSet<int> features = [];
        for (int from = 0; from < ids.Length; from++)
        {
            uint hash = 2166136261; // FNV-1a over the ids
            for (int at = from; at < Math.Min(ids.Length, from + longest); at++)
            {
                for (int shift = 0; shift < 32; shift += 8)
                {
                    hash = (hash ^ ((uint)ids[at] >> shift & 0xFF)) * 16777619;
                }

                features.Add((int)((hash ^ (hash >> 16)) % Features));
            }
        }

        return [.. features];
    }
}
