using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Generation;

/// <summary>How the next token is chosen, and where a text ends.</summary>
/// <remarks>In this order, as in the transformers library: penalty, temperature, top K, top P, min P.</remarks>
public sealed record SamplingOptions
{
    /// <summary>Most new tokens.</summary>
    /// <value>The default is 64.</value>
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Divides the logits; 0 takes the most likely token.</summary>
    /// <value>The default is 0.</value>
    public double Temperature { get; init; }

    /// <summary>Only the K most likely tokens can be drawn; 0 for no limit.</summary>
    /// <value>The default is 0.</value>
    public int TopK { get; init; }

    /// <summary>Only the most likely tokens that together reach this probability can be drawn (Holtzman et al., arXiv 1904.09751), in (0, 1].</summary>
    /// <value>The default is 1.</value>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least this many times as likely as the most likely one can be drawn (Nguyen et al., arXiv 2407.01082), in [0, 1].</summary>
    /// <value>The default is 0.</value>
    public double MinP { get; init; }

    /// <summary>Positive logits of tokens that stand in the prompt or the text so far are divided by this, negative ones multiplied (Keskar et al., CTRL, arXiv 1909.05858); above 0, and 1 changes nothing.</summary>
    /// <value>The default is 1.</value>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Whether an end token stops a sequence.</summary>
    /// <value>The default is true.</value>
    public bool StopAtEnd { get; init; } = true;

    /// <summary>Tokens that end a sequence besides those of the model.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>Texts that end a sequence; they are cut off. Only where texts are made, not tokens.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>The options that a model's own files ask for.</summary>
    /// <param name="own">Its generation_config.json; null for none.</param>
    /// <param name="mostTokens">Most new tokens where the file does not say.</param>
    public static SamplingOptions Of(GenerationConfig? own, int mostTokens) => own is null ? new() { MaxNewTokens = mostTokens } : new()
    {
        MaxNewTokens = own.MaxNewTokens ?? mostTokens,
        Temperature = own.Temperature,
        TopK = own.TopK,
        TopP = own.TopP,
        MinP = own.MinP,
        RepetitionPenalty = own.RepetitionPenalty,
        StopTexts = own.StopTexts,
    };

    /// <summary>What is wrong with the options, or null.</summary>
    internal string? Problem =>
        MaxNewTokens < 1 ? "the number of new tokens must be at least 1"
        : !(Temperature >= 0) ? "the temperature must be at least 0"
        : TopK < 0 ? "top K must be at least 0"
        : TopP is not (> 0 and <= 1) ? "top P must be above 0 and at most 1"
        : MinP is not (>= 0 and <= 1) ? "min P must be from 0 to 1"
        : RepetitionPenalty is not (> 0 and < double.PositiveInfinity) ? "the repetition penalty must be above 0"
        : StopTexts.Any(string.IsNullOrEmpty) ? "a stop text must not be empty"
        : null;
}
