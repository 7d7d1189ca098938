using Palimpsest.Common;
using Palimpsest.Models.Families;

namespace Palimpsest.Jobs;

/// <summary>The shape of a Llama of an experiment whose tokens are few and whose model starts from nothing.</summary>
public abstract record SmallModelSection : IValidated
{
    /// <summary>Width of the residual stream; the gated layer is three times as wide.</summary>
    public abstract int Width { get; init; }

    /// <summary>Blocks.</summary>
    /// <value>The default is 2.</value>
    public int Layers { get; init; } = 2;

    /// <summary>Heads.</summary>
    /// <value>The default is 4.</value>
    public int Heads { get; init; } = 4;

    /// <summary>Threads of one operation; 0 for all cores.</summary>
    /// <value>The default is 1: the model is too small for more.</value>
    public int Threads { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Layers < 1 || Heads < 1 || Width < 2 * Heads || Width % (2 * Heads) != 0)
        {
            yield return "layers and heads must be at least 1, and width an even multiple of heads.";
        }

        if (Threads is < 0 or > 1024)
        {
            yield return "threads must be from 0 (all cores) to 1024.";
        }
    }

    /// <summary>The whole shape.</summary>
    /// <param name="tokens">Different tokens.</param>
    /// <param name="context">Longest sequence.</param>
    /// <param name="endTokens">Tokens that end a text.</param>
    public LlamaConfig Of(int tokens, int context, params IReadOnlyList<int> endTokens) => new()
    {
        VocabularySize = tokens,
        HiddenSize = Width,
        IntermediateSize = 3 * Width,
        Layers = Layers,
        Heads = Heads,
        KeyValueHeads = Heads,
        HeadWidth = Width / Heads,
        ContextLength = context,
        TiedEmbeddings = true,
        EndTokens = endTokens,
    };
}
