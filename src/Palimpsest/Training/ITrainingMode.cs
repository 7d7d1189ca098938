using Palimpsest.Numerics;

namespace Palimpsest.Training;

/// <summary>What a model does differently while a training step lasts, such as dropout or computing blocks again. Between two steps the model is whole, so that
/// an evaluation is one of the whole model.</summary>
public interface ITrainingMode : IDisposable
{
    /// <summary>Turns to the draws of a forward and backward pass.</summary>
    /// <param name="random">A stream of the pass alone.</param>
    void BeginPass(RandomStream random);
}
