namespace Palimpsest.Text;

/// <summary>Settings of <see cref="BpeTrainer"/>.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>How many tokens there are at most, special tokens and the 256 bytes included.</summary>
    /// <value>The default is 2048. At least 256 and the number of special tokens.</value>
    public int VocabularySize { get; init; } = 2048;

    /// <summary>Tokens that get the first ids in this order, are never split, and are never learned from the text.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>How often a pair has to occur to be merged.</summary>
    /// <value>The default is 2.</value>
    public int MinFrequency { get; init; } = 2;

    /// <summary>Makes every digit a piece of its own, so that numbers are never merged.</summary>
    /// <value>The default is true.</value>
    public bool IndividualDigits { get; init; } = true;

    /// <summary>The longest token, in bytes.</summary>
    /// <value>The default is 32.</value>
    public int MaximumTokenLength { get; init; } = 32;

    /// <summary>The special token that <see cref="Tokenizer.Encode"/> puts before every text, or null for none.</summary>
    public string? BeginToken { get; init; }

    /// <summary>The special token that ends a text; it is named in <see cref="BpeTrainer.Config"/> and not added by <see cref="Tokenizer.Encode"/>.</summary>
    public string? EndToken { get; init; }

    /// <summary>The special token that pads; it is named in <see cref="BpeTrainer.Config"/>.</summary>
    public string? PadToken { get; init; }
}
