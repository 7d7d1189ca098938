using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Generation;

/// <summary>Chooses how a model is run in generation.</summary>
internal static class SequenceDecoders
{
    /// <summary>The managed decoder where it computes what the model does, else libtorch.</summary>
    /// <param name="model">The model; its weights and hooks must stay as they are while the decoder lives.</param>
    /// <param name="sequences">How many sequences.</param>
    /// <param name="capacity">Most tokens that any of them reaches.</param>
    public static ISequenceDecoder Create(CausalModel model, int sequences, int capacity) =>
        LlamaWeights.TryCreate(model) is LlamaWeights weights ? new LlamaDecoder(model, weights, sequences, capacity) : new TorchDecoder(model, sequences, capacity);

    /// <summary>Whether <see cref="Create"/> gives the managed decoder, in which sequences do not share a width.</summary>
    public static bool IsManaged(CausalModel model) => LlamaWeights.TryCreate(model) is not null;
}
