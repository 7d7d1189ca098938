using Palimpsest.Cascades.Recordings;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

namespace Palimpsest.Cascades.Predictors;

/// <summary>Sentence vectors of answers and questions, for semantic agreement and for routers.</summary>
/// <param name="encoder">Makes them; disposed with this object.</param>
/// <param name="name">The encoder's name.</param>
public sealed class AnswerVectors(SentenceEncoder encoder, string name) : IDisposable
{
    /// <summary>The encoder, with a hash of its weights: thresholds of one encoder mean nothing for another.</summary>
    public RecordedSystem Encoder { get; } = new(name, encoder.Model.Parameters.Hash());

    /// <summary>Loads a folder of sentence-transformers.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="context">Device and compute type.</param>
    /// <exception cref="PalimpsestException">It is no such folder, or a file of it is damaged.</exception>
    public static AnswerVectors Load(string folder, TorchContext context)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return new(SentenceEncoder.Load(folder, context, LoadMode.Mapped), Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)));
    }

    /// <summary>The vectors of texts, in their order.</summary>
    /// <param name="texts">Any texts.</param>
    public float[][] Of(IReadOnlyList<string> texts) => encoder.Embed(texts);

    /// <inheritdoc/>
    public void Dispose() => encoder.Dispose();
}
