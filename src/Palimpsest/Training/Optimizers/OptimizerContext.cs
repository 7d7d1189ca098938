using Palimpsest.Numerics;

namespace Palimpsest.Training.Optimizers;

/// <summary>What an optimizer is made for.</summary>
/// <param name="Trainable">What is trained.</param>
/// <param name="Groups">Parameters with settings of their own.</param>
/// <param name="Random">Draws of the optimizer's own, such as projections or stochastic rounding.</param>
public sealed record OptimizerContext(Trainable Trainable, IReadOnlyList<ParameterGroup> Groups, RandomStream Random);
