using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Training.Optimizers.Projected;

/// <summary>A matrix that is to be trained in a smaller space.</summary>
/// <param name="Slot">Name and shape, [out, in].</param>
/// <param name="Layer">The layer whose weight it is.</param>
/// <param name="Values">Its values, [out, in], f32; owned by the flat vector.</param>
/// <param name="RateFactor">Factor of the learning rate.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
/// <param name="Rank">Dimension of the smaller space.</param>
internal sealed record ProjectedSlot(ParameterSlot Slot, Linear Layer, Tensor Values, double RateFactor, double WeightDecay, int Rank);
