using Palimpsest.Common;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The texts of an autoencoder.</summary>
public sealed record SaeDataSection : IValidated
{
    /// <summary>A file of texts.</summary>
    /// <value>The default is none: the general text of the embedded world.</value>
    public string? File { get; init; }

    /// <summary>Most texts that are learnt from.</summary>
    /// <value>The default is 4,000.</value>
    public int Documents { get; init; } = 4000;

    /// <summary>Texts that are kept for the evaluation, the first ones.</summary>
    /// <value>The default is 200.</value>
    public int Test { get; init; } = 200;

    /// <summary>Most tokens of a document; a longer text becomes several. 0 for the model's context.</summary>
    /// <value>The default is 128.</value>
    public int Context { get; init; } = 128;

    /// <summary>Whether activations are kept on disk in bf16 and shuffled wholly, instead of being computed as they are needed.</summary>
    /// <value>The default is true.</value>
    public bool Cache { get; init; } = true;

    /// <summary>Batches of the pool that is shuffled where nothing is kept.</summary>
    /// <value>The default is 32.</value>
    public int PoolBatches { get; init; } = 32;

    /// <summary>Whether the activations of special tokens are learnt too.</summary>
    /// <value>The default is false: they are far longer than others.</value>
    public bool SpecialTokens { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Documents < 1 || Test < 1 || Context is < 0 or 1 || PoolBatches < 1)
        {
            yield return "documents, test and pool_batches must be at least 1, and context 0 or at least 2.";
        }
    }
}
