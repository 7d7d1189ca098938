using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Runs;
using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands.Cascades;

/// <summary>How <c>palimpsest cascade record</c> asks a model.</summary>
internal sealed record RecordedMembers
{
    /// <summary>Answers to choose from by likelihood; none where models write.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Most tokens of a written answer.</summary>
    public required int Tokens { get; init; }

    /// <summary>Samples of the first model.</summary>
    public required int Samples { get; init; }

    /// <summary>How often a model is asked whether its own answer is right.</summary>
    public required int Checks { get; init; }

    /// <summary>Whether it is kept how likely a model found what it wrote.</summary>
    public required bool Scores { get; init; }

    /// <summary>Refuses what makes no sense together.</summary>
    /// <exception cref="PalimpsestException">It makes none.</exception>
    public void Check()
    {
        if (Labels.Count > 0 && (Samples > 0 || Checks > 0 || Scores))
        {
            throw new PalimpsestException("--samples, --checks and --scores are for answers that models write. Leave them out, or --label.");
        }

        if (Tokens < 1 || Samples < 0 || Checks < 0)
        {
            throw new PalimpsestException("--tokens must be at least 1, --samples and --checks at least 0.");
        }
    }

    /// <summary>A model as the members that stand on it: itself, and of the first one its samples.</summary>
    public IEnumerable<IPredictor> Of(LanguageModel model, bool isFirst, TorchContext torch, Func<string, string> answerOf)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Name)), identity = RunInput.Of(EmbeddedModels.Resolve(model.Name)).Sha256;
        if (Labels.Count > 0)
        {
            yield return new ChoicePredictor(model, name, identity, Labels);
            yield break;
        }

        SamplingOptions greedy = new() { MaxNewTokens = Tokens };
        GenerationPredictor writes = new(model, name, identity, greedy, torch.Stream("record", name), answerOf, Scores);
        yield return Checks == 0 ? writes
            : new CheckedPredictor(writes, model, SelfCheck.Prompt, SelfCheck.Words, torch.Stream("record", name, "checks"), Checks);
        for (int sample = 1; isFirst && sample <= Samples; sample++)
        {
            string own = $"{name}-sample-{sample}";
            yield return new GenerationPredictor(model, own, $"{identity}-{sample}", greedy with { Temperature = 0.2 + (0.2 * sample) },
                torch.Stream("record", own), answerOf, Scores);
        }
    }
}
