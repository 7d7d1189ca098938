using Palimpsest.Common;
using Palimpsest.Reasoning.Arms;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Reasoning.Experiment;

/// <summary>Learns a generated task from demonstrations, samples solutions, and compares what can be learnt from right ones, wrong ones and single
/// steps.</summary>
public sealed record ReasoningRecipe : Recipe, IValidated
{
    /// <summary>The model, which starts from nothing.</summary>
    public ReasoningModelSection Model { get; init; } = new();

    /// <summary>The task.</summary>
    public ReasoningDataSection Data { get; init; } = new();

    /// <summary>How demonstrations are learnt.</summary>
    public TrainSettings Train { get; init; } = new();

    /// <summary>How solutions are sampled and wrong steps found.</summary>
    public SamplingSection Sampling { get; init; } = new();

    /// <summary>The arms beside the demonstrations alone.</summary>
    /// <value>The default is sft-longer, rft, response-dpo, and per-step-dpo with both pairings.</value>
    public IReadOnlyList<ArmOptions> Arms { get; init; } =
    [
        new SftLongerArm(), new RftArm(), new ResponseDpoArm(), new PerStepDpoArm(),
        new PerStepDpoArm { Label = "per-step-dpo-shared", Pairing = PerStepNegatives.PairingForm.SharedPrefix },
    ];

    /// <summary>What is measured.</summary>
    public ReasoningEvaluateSection Evaluate { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Arms.Select(arm => arm.Called).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            yield return $"arms: \"{twice.Key}\" stands there twice. Give one of them a label.";
        }

        if (Arms.Any(arm => arm is SftArm || arm.Called == ReasoningJob.Sft))
        {
            yield return "arms: sft is trained at every number of problems anyway. Leave it out.";
        }

        if (Arms.OfType<RftArm>().FirstOrDefault(arm => arm.Samples > Sampling.Samples) is RftArm more)
        {
            yield return $"arms: {more.Called} looks at {more.Samples} samples, and sampling.samples is {Sampling.Samples}. Raise that.";
        }
    }
}
