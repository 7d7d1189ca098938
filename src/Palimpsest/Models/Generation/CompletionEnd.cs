namespace Palimpsest.Models.Generation;

/// <summary>Why a generated text ends.</summary>
public enum CompletionEnd
{
    /// <summary>The model gave an end token.</summary>
    EndToken,

    /// <summary>A stop text was reached.</summary>
    StopText,

    /// <summary>The limit of new tokens, or the end of the model's context.</summary>
    Length,

    /// <summary>The caller ended it.</summary>
    Cancelled,
}
