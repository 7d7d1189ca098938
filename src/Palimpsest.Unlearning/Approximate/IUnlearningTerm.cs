using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>One summand of an unlearning loss: a sum over batches, divided by a count over all batches of a step.</summary>
internal interface IUnlearningTerm
{
    /// <summary>How many things a batch's sum is over.</summary>
    double Count(ForgetRetainBatch batch);

    /// <summary>The differentiable sum over a batch.</summary>
    Tensor Sum(UnlearningPass pass);
}
