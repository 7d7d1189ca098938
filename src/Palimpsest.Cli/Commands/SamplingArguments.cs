using System.CommandLine;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Cli.Commands;

/// <summary>The options of commands that make text.</summary>
internal sealed class SamplingArguments(int mostTokens, double temperature = 0)
{
    private readonly Option<int> _tokens = new("--tokens") { Description = "Most new tokens.", DefaultValueFactory = _ => mostTokens };
    private readonly Option<double> _temperature = new("--temperature")
    {
        Description = "0 takes the most likely token.",
        DefaultValueFactory = _ =>
        temperature
    };
    private readonly Option<int> _topK = new("--top-k") { Description = "Draw only from the K most likely tokens; 0 for no limit.", DefaultValueFactory = _ => 0 };
    private readonly Option<double> _topP = new("--top-p") { Description = "Draw only from the most likely tokens that reach this probability together.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _minP = new("--min-p") { Description = "Draw only tokens at least this many times as likely as the most likely one.", DefaultValueFactory = _ => 0 };
    private readonly Option<double> _penalty = new("--repetition-penalty") { Description = "Makes tokens that stand in the text already less likely, above 1.", DefaultValueFactory = _ => 1 };
    private readonly Option<string[]> _stops = new("--stop") { Description = "A text that ends the generation; it is cut off. Can be given several times." };

    /// <summary>Seed of the draws.</summary>
    public Option<long> Seed { get; } = new("--seed") { Description = "Seed of the draws.", DefaultValueFactory = _ => 7 };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_tokens, _temperature, _topK, _topP, _minP, _penalty, _stops, Seed])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The options that were given; for the others what the model's own settings say.</summary>
    /// <exception cref="PalimpsestException">A number is out of its range.</exception>
    public SamplingOptions Of(ParseResult parsed, GenerationConfig? defaults = null)
    {
        if (defaults is not null)
        {
            SamplingOptions given = Of(parsed);
            return given with
            {
                MaxNewTokens = IsGiven(_tokens) ? given.MaxNewTokens : defaults.MaxNewTokens ?? given.MaxNewTokens,
                Temperature = IsGiven(_temperature) ? given.Temperature : defaults.Temperature,
                TopK = IsGiven(_topK) ? given.TopK : defaults.TopK,
                TopP = IsGiven(_topP) ? given.TopP : defaults.TopP,
                MinP = IsGiven(_minP) ? given.MinP : defaults.MinP,
                RepetitionPenalty = IsGiven(_penalty) ? given.RepetitionPenalty : defaults.RepetitionPenalty,
                StopTexts = IsGiven(_stops) ? given.StopTexts : defaults.StopTexts,
            };
        }

        bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

        SamplingOptions options = new()
        {
            MaxNewTokens = parsed.GetValue(_tokens),
            Temperature = parsed.GetValue(_temperature),
            TopK = parsed.GetValue(_topK),
            TopP = parsed.GetValue(_topP),
            MinP = parsed.GetValue(_minP),
            RepetitionPenalty = parsed.GetValue(_penalty),
            StopTexts = parsed.GetValue(_stops) ?? [],
        };
        if (options.MaxNewTokens < 1 || !(options.Temperature >= 0) || options.TopK < 0 || options.TopP is not (> 0 and <= 1) || options.MinP is not (>= 0 and <= 1)
            || options.RepetitionPenalty is not (> 0 and < double.PositiveInfinity) || options.StopTexts.Contains(""))
        {
            throw new PalimpsestException("--tokens must be at least 1, --temperature and --top-k at least 0, --top-p above 0 and at most 1, --min-p from 0 to 1, --repetition-penalty above 0, and a --stop text not empty.");
        }

        return options;
    }
}
