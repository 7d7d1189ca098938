using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>Looks whether a model still writes.</summary>
public static class CollapseCheck
{
    private const int RunLength = 3, PromptTokens = 16, NewTokens = 40;

    /// <summary>Measures a model on text that it should have kept.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">General text, or examples that are to stay.</param>
    /// <exception cref="PalimpsestException">No text has a token to predict.</exception>
    public static CollapseFigures Measure(LanguageModel model, IReadOnlyList<TextExample> texts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        ExampleEncoder encoder = model.Encoder();
        int most = Math.Min(PromptTokens, model.Model.Config.ContextLength / 2);
        int[][] prompts = [.. texts.Select(text => encoder.EncodePrompt(text.Prompt + text.Completion, null)).Where(ids => ids.Length > 0)
            .Select(ids => ids[..Math.Min(ids.Length, most)])];
        int[][] made = TextGenerator.Generate(model.Model, prompts,
            new SamplingOptions { MaxNewTokens = Math.Min(NewTokens, model.Model.Config.ContextLength - most) }, new RandomStream(0, "greedy"));
        return new CollapseFigures(TextPerplexity.PerToken(TextPerplexity.Measure(model, texts)), made.Length == 0 ? 0 : made.Average(Repetition));
    }

    /// <summary>Share of the runs of three tokens that stood before in the same text.</summary>
    internal static double Repetition(int[] tokens)
    {
        int runs = tokens.Length - RunLength + 1;
        return runs < 1 ? 0 : 1 - ((double)Enumerable.Range(0, runs).Select(i => (tokens[i], tokens[i + 1], tokens[i + 2])).Distinct().Count() / runs);
    }
}
