using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>What NPO and its kin make of a margin.</summary>
internal static class SigmoidLoss
{
    // -(2/β) ln σ(β x), stable for any x; its slope is -2 (1 - σ(β x))
    /// <param name="margin">x.</param>
    /// <param name="beta">β, above 0.</param>
    public static Tensor Of(Tensor margin, double beta) => Ops.Scale(nn.functional.logsigmoid(Ops.Scale(margin, beta)), -2 / beta);
}
