using Palimpsest.Common;
using Palimpsest.Models.Families;
using Palimpsest.Torch;

namespace Palimpsest.Jobs.Pretrain;

/// <summary>The shape of a new Llama model.</summary>
public sealed record ShapeSection : IValidated
{
    /// <summary>Width of the residual stream.</summary>
    /// <value>The default is 128.</value>
    public int HiddenSize { get; init; } = 128;

    /// <summary>Width of the gated layer.</summary>
    /// <value>The default is 344.</value>
    public int IntermediateSize { get; init; } = 344;

    /// <summary>Number of blocks.</summary>
    /// <value>The default is 4.</value>
    public int Layers { get; init; } = 4;

    /// <summary>Query heads.</summary>
    /// <value>The default is 4.</value>
    public int Heads { get; init; } = 4;

    /// <summary>Key and value heads.</summary>
    /// <value>The default is 4.</value>
    public int KeyValueHeads { get; init; } = 4;

    /// <summary>Longest sequence in tokens.</summary>
    /// <value>The default is 256.</value>
    public int ContextLength { get; init; } = 256;

    /// <summary>Tokens of the vocabulary, which is learnt from the data.</summary>
    /// <value>The default is 2048.</value>
    public int Vocabulary { get; init; } = 2048;

    /// <summary>Number format of activations; <c>auto</c> measures and takes the faster one.</summary>
    /// <value>The default is f32, so that a recipe gives the same figures on all machines.</value>
    public ComputeType Dtype { get; init; } = ComputeType.F32;

    /// <summary>Threads of one operation; 0 for all cores.</summary>
    /// <value>The default is 0.</value>
    public int Threads { get; init; }

    /// <summary>"cpu" or "cuda".</summary>
    /// <value>The default is cpu.</value>
    public string Device { get; init; } = "cpu";

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Threads is < 0 or > 1024)
        {
            yield return "threads must be from 0 (all cores) to 1024.";
        }

        if (HiddenSize < 1 || IntermediateSize < 1 || Layers < 1 || Heads < 1 || KeyValueHeads < 1 || ContextLength < 2)
        {
            yield return "hidden_size, intermediate_size, layers, heads and key_value_heads must be at least 1, and context_length at least 2.";
        }
        else if (HiddenSize % (2 * Heads) != 0 || Heads % KeyValueHeads != 0)
        {
            yield return "hidden_size must be an even multiple of heads, and heads a multiple of key_value_heads.";
        }

        if (Vocabulary < 300)
        {
            yield return "vocabulary must be at least 300: 256 bytes, special tokens and some merges.";
        }
    }

    internal TorchContext Context(long seed) => new(Dtype, Threads, seed, Device);

    internal LlamaConfig ToConfig(int begin, int end) => new()
    {
        VocabularySize = Vocabulary,
        HiddenSize = HiddenSize,
        IntermediateSize = IntermediateSize,
        Layers = Layers,
        Heads = Heads,
        KeyValueHeads = KeyValueHeads,
        HeadWidth = HiddenSize / Heads,
        ContextLength = ContextLength,
        TiedEmbeddings = true,
        BeginToken = begin,
        EndTokens = [end],
    };
}
