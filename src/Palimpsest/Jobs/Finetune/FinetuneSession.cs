using Palimpsest.Evaluation;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using Palimpsest.Training;

namespace Palimpsest.Jobs.Finetune;

/// <summary>A task of a fine-tuning with its model and data: what is measured, how it is trained, and what is saved. A new task is one class and one line in
/// <see cref="FinetuneSessions"/>.</summary>
internal abstract class FinetuneSession : IDisposable
{
    /// <summary>Whose data it is, for people.</summary>
    public abstract string Subject { get; }

    /// <summary>What is trained.</summary>
    public abstract TransformerModel Model { get; }

    /// <summary>What its files say that people should know.</summary>
    public virtual IEnumerable<string> Notes => [];

    /// <summary>Called once before anything is measured.</summary>
    /// <param name="adapters">Puts adapters on the model and takes them off.</param>
    public virtual void Prepare(LoraAdapters adapters)
    {
    }

    /// <summary>The settings of an adapter on this model.</summary>
    /// <param name="asked">The recipe's.</param>
    public virtual LoraOptions AdapterOptions(LoraOptions asked) => asked;

    /// <summary>Measures the model as it is.</summary>
    public abstract IReadOnlyList<Measurement> Measure();

    /// <summary>What the model makes of the sample prompts.</summary>
    public virtual IReadOnlyList<JobSample> Samples() => [];

    /// <summary>The loss on held-out data.</summary>
    public abstract double HeldOutLoss();

    /// <summary>What simple methods reach on the same held-out data.</summary>
    public virtual IReadOnlyList<JobBaseline> Baselines() => [];

    /// <summary>Trains to the end.</summary>
    /// <param name="trainable">The model or an adapter on it.</param>
    /// <param name="context">The run.</param>
    /// <returns>How it went; null if it was told to stop.</returns>
    public abstract FinetuneCourse? Train(Trainable trainable, JobContext context);

    /// <summary>Saves the whole model with all that is needed to use it.</summary>
    public abstract void Save(string folder, ComputeType type);

    /// <summary>Where the weights lie in a folder that <see cref="Save"/> writes.</summary>
    public virtual string WeightsIn(string folder) => folder;

    /// <summary>Saves what stands beside the weights.</summary>
    public abstract void SaveBeside(string folder);

    /// <inheritdoc/>
    public abstract void Dispose();
}
