namespace Palimpsest.Reasoning.Arms;

/// <summary>The demonstrations alone: the model that all other arms begin at.</summary>
public sealed record SftArm : ArmOptions
{
    internal override ArmNotes? Learn(ArmContext context) => new() { Steps = context.Train.Steps, Solutions = context.Demonstrations.Length };
}
