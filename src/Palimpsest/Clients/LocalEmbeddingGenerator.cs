using Microsoft.Extensions.AI;
using Palimpsest.Models;

namespace Palimpsest.Clients;

/// <summary>A sentence encoder in this process as an embedding generator of Microsoft.Extensions.AI.</summary>
/// <remarks>Safe for several calls at a time, which are answered one after the other; computes on a thread of the pool.</remarks>
/// <param name="encoder">The encoder; not disposed with this object.</param>
/// <param name="name">What it is called in metadata.</param>
public sealed class LocalEmbeddingGenerator(SentenceEncoder encoder, string name) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly EmbeddingGeneratorMetadata _metadata = new("palimpsest", null, name, encoder.Width);

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">The options ask for another length of the vectors or another model.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is int dimensions && dimensions != encoder.Width)
        {
            throw new PalimpsestException($"EmbeddingGenerationOptions.Dimensions is {dimensions}, and the encoder makes {encoder.Width}. Leave it out.");
        }

        if (options?.ModelId is string model && model != name)
        {
            throw new PalimpsestException($"EmbeddingGenerationOptions.ModelId is \"{model}\", and this encoder is \"{name}\". Leave it out, or ask the "
                + "other one.");
        }

        string[] texts = [.. values];
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            float[][] vectors = await Task.Run(() => encoder.Embed(texts), cancellationToken).ConfigureAwait(false);
            long tokens = texts.Sum(text => (long)encoder.Encode(text).Length);
            return new(vectors.Select(vector => new Embedding<float>(vector) { ModelId = name }))
            {
                Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType == typeof(SentenceEncoder) ? encoder
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
