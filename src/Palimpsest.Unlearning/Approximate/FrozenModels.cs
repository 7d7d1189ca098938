using Palimpsest.Training.Objectives.Preferences;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>What a method holds against the model that unlearns. Nothing here is disposed by the objective.</summary>
public sealed record FrozenModels
{
    /// <summary>The model as it was before.</summary>
    public IReferenceModel? Reference { get; init; }

    /// <summary>For WHP: the model tuned further on what is to be forgotten.</summary>
    public IReferenceModel? Reinforced { get; init; }

    /// <summary>For RMU: the direction into which activations are pushed, [width]; drawn where it is null.</summary>
    public IReadOnlyList<double>? ControlVector { get; init; }
}
