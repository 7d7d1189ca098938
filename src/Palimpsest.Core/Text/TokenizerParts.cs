using Palimpsest.Text.Decoding;
using Palimpsest.Text.Normalization;
using Palimpsest.Text.PostProcessing;
using Palimpsest.Text.PreTokenization;

namespace Palimpsest.Text;

/// <summary>What a tokenizer consists of.</summary>
internal sealed record TokenizerParts
{
    public required List<AddedToken> AddedTokens { get; init; }

    public required TokenModel Model { get; init; }

    public Normalizer? Normalizer { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    public PostProcessor? PostProcessor { get; init; }

    public Decoder? Decoder { get; init; }

    /// <summary>Whether a text that is too long loses its beginning.</summary>
    public bool CutsLeft { get; init; }

    /// <summary>Settings beside the file that nobody reads.</summary>
    public IReadOnlyList<string> UnknownSettings { get; init; } = [];

    /// <summary>From <c>bos_token</c> and so on to the token.</summary>
    public required Dictionary<string, string> Roles { get; init; }
}
