using Palimpsest.Common;
using Palimpsest.Data.Batches;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>How every owner of a store is tuned. All owners share the settings, so that their vectors can be added up.</summary>
/// <remarks>Kuo, Setlur, Srinivas, Raghunathan and Smith, Exact Unlearning of Finetuning Data via Model Merging at Scale, arXiv 2504.04626, section 3 and appendix B.</remarks>
public sealed record OwnerTuning : IValidated
{
    private const int MostBatch = 1 << 16;

    /// <summary>Optimizer steps E.</summary>
    /// <value>The default is 40; the paper takes 20 with models of a thousand times the size.</value>
    public int Steps { get; init; } = 40;

    /// <summary>Adam's learning rate, constant.</summary>
    /// <value>The default is 2e-3, for models of about a million parameters; 1e-4 is the paper's for a billion.</value>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Examples of a step; an owner with fewer gives all of them to every step.</summary>
    /// <value>The default is 128.</value>
    public int BatchSize { get; init; } = 128;

    /// <summary>What happens to examples longer than the model's context.</summary>
    /// <value>The default is an error.</value>
    public TooLongPolicy TooLong { get; init; } = TooLongPolicy.Error;

    /// <summary>Sign-fixed: after every step each entry whose task vector disagrees with the shared sign is set back to the base. Without it this is plain fine-tuning for merging.</summary>
    /// <value>The default is true.</value>
    public bool SignFixed { get; init; } = true;

    /// <summary>Threads of one operation in training. One thread replays to the same bits whatever else the machine does, and workers side by side use the other cores.</summary>
    /// <value>The default is 1.</value>
    public int Threads { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Steps < 1 || BatchSize is < 1 or > MostBatch || Threads < 1)
        {
            yield return $"steps, batch_size and threads must be at least 1, batch_size at most {MostBatch}.";
        }

        if (!(LearningRate > 0) || !double.IsFinite(LearningRate))
        {
            yield return "learning_rate must be a number above 0.";
        }
    }
}
