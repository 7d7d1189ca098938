namespace Palimpsest.Models.Transformers;

/// <summary>What a model's <c>generation_config.json</c> says about making text.</summary>
/// <remarks>The defaults of what it leaves out are those of transformers: greedy, and where it samples at temperature 1 from the 50 most likely
/// tokens.</remarks>
public sealed record GenerationConfig
{
    /// <summary>The tokens that end a text; null where the file names none, so that <c>config.json</c> does.</summary>
    public IReadOnlyList<int>? EndTokens { get; init; }

    /// <summary>Divides the logits; 0 where the most likely token is taken.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the K most likely tokens can be drawn; 0 for no limit.</summary>
    public int TopK { get; init; }

    /// <summary>Only the most likely tokens that together reach this probability can be drawn.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least this many times as likely as the most likely one can be drawn.</summary>
    public double MinP { get; init; }

    /// <summary>Divides the positive logits of tokens that were there before.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Most new tokens, or null where the file does not say.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Texts that end a text.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>Settings that generation here does not have, such as <c>num_beams = 4</c>.</summary>
    public IReadOnlyList<string> NotFollowed { get; init; } = [];

    /// <summary>The file as it was read, an object of JSON.</summary>
    public string Json { get; init; } = "{}";
}
