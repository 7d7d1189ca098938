using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Numerics;

namespace Palimpsest.Evaluation;

/// <summary>Free answers: the greedy continuation of a prompt up to the end token or the first line end, compared with the true one.</summary>
public static class ExactMatch
{
    private const int PromptsPerPass = 64;

    /// <summary>Continues prompts greedily.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Texts; each must leave room in the model's context.</param>
    /// <param name="maxNewTokens">Longest continuation.</param>
    /// <returns>The first line of each continuation, trimmed.</returns>
    public static string[] Continue(LanguageModel model, IReadOnlyList<string> prompts, int maxNewTokens = 24)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        return Continue(model, [.. prompts.Select(prompt => model.Tokenizer.EncodePrompt(prompt, specialTokensAsText: true))], maxNewTokens);
    }

    /// <summary>Continues encoded prompts to the end of a line.</summary>
    internal static string[] Continue(LanguageModel model, int[][] encoded, int maxNewTokens = 24) =>
        [.. Greedy(model, encoded, maxNewTokens).Select(FirstLine)];

    /// <summary>Continues encoded prompts greedily to the end token: the texts as they are made, with all their lines.</summary>
    internal static string[] Greedy(LanguageModel model, int[][] encoded, int maxNewTokens)
    {
        string[] results = new string[encoded.Length];
        SamplingOptions greedy = new() { MaxNewTokens = maxNewTokens, Temperature = 0 };
        RandomStream unused = new(0, "greedy");
        foreach (int[] group in Enumerable.Range(0, encoded.Length).OrderBy(i => encoded[i].Length).Chunk(PromptsPerPass))
        {
            int[][] made = TextGenerator.Generate(model.Model, [.. group.Select(i => encoded[i])], greedy, unused);
            for (int i = 0; i < group.Length; i++)
            {
                results[group[i]] = model.Tokenizer.Decode(made[i]);
            }
        }

        return results;
    }

    /// <summary>Whether two answers are the same but for the case of letters, white space at both ends and a final full stop.</summary>
    public static bool Same(string answer, string truth) => string.Equals(Bare(answer), Bare(truth), StringComparison.OrdinalIgnoreCase);

    private static string FirstLine(string text)
    {
        string trimmed = text.TrimStart();
        int end = trimmed.AsSpan().IndexOfAny('\n', '\r');
        return (end < 0 ? trimmed : trimmed[..end]).TrimEnd();
    }

    private static string Bare(string text) => text.Trim().TrimEnd('.').TrimEnd();
}
