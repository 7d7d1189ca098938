using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>What the loss of a batch of pairs is made of; all tensors are [pairs].</summary>
/// <param name="Chosen">Sums of log-probabilities of the chosen answers; differentiable.</param>
/// <param name="Rejected">The same of the rejected ones.</param>
/// <param name="ReferenceChosen">Under the reference; constants.</param>
/// <param name="ReferenceRejected">The same of the rejected ones.</param>
/// <param name="ChosenLength">Tokens of the chosen answers.</param>
/// <param name="RejectedLength">Tokens of the rejected ones.</param>
/// <param name="Beta">β.</param>
/// <param name="Epsilon">Label smoothing.</param>
/// <param name="Margin">γ.</param>
internal sealed record PreferenceTerms(
    Tensor Chosen, Tensor Rejected, Tensor ReferenceChosen, Tensor ReferenceRejected, Tensor ChosenLength, Tensor RejectedLength, double Beta,
        double Epsilon = 0, double Margin = 0)
{
    /// <summary>a = ln π(y+) - ln ref(y+).</summary>
    public Tensor A { get; } = Ops.Subtract(Chosen, ReferenceChosen);

    /// <summary>d = ln π(y-) - ln ref(y-).</summary>
    public Tensor D { get; } = Ops.Subtract(Rejected, ReferenceRejected);

    /// <summary>h = a - d.</summary>
    public Tensor H => Ops.Subtract(A, D);

    /// <summary>u = β h.</summary>
    public Tensor U => Ops.Scale(H, Beta);

    /// <summary>a / n+ - d / n-.</summary>
    public Tensor MeanH => Ops.Subtract(A.div(ChosenLength), D.div(RejectedLength));

    /// <summary>Mean log-probability of a token of the chosen answers.</summary>
    public Tensor ChosenMean => Chosen.div(ChosenLength);

    /// <summary>Mean log-probability of a token of the rejected ones.</summary>
    public Tensor RejectedMean => Rejected.div(RejectedLength);
}
