namespace Palimpsest.Metrics;

/// <summary>Log-probabilities of a preferred and a rejected answer under the model and its reference, in nats, summed over tokens.</summary>
/// <param name="Chosen">ln π of the preferred answer.</param>
/// <param name="Rejected">ln π of the rejected answer.</param>
/// <param name="ReferenceChosen">ln π_ref of the preferred answer.</param>
/// <param name="ReferenceRejected">ln π_ref of the rejected answer.</param>
/// <param name="ChosenLength">Tokens of the preferred answer, at least 1.</param>
/// <param name="RejectedLength">Tokens of the rejected answer, at least 1.</param>
public readonly record struct PreferencePair(double Chosen, double Rejected, double ReferenceChosen, double ReferenceRejected, int ChosenLength = 1, int RejectedLength = 1)
{
    internal double ChosenRatio => Chosen - ReferenceChosen;

    internal double RejectedRatio => Rejected - ReferenceRejected;
}
