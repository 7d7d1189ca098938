using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Training;

/// <summary>Changes the gradients of a step after the last backward pass, before their norm is taken and the optimizer sees them: proximal terms, control
/// variates, masks, noise.</summary>
/// <remarks>It has no state of its own that a resumed run would miss; what it depends on belongs into <see cref="Trainable.Settings"/>.</remarks>
public interface IGradientEdit
{
    /// <summary>Edits the gradients in place.</summary>
    /// <param name="parameters">The values, which stay as they are, and their gradients.</param>
    /// <param name="random">A stream of this edit and step alone.</param>
    void Edit(FlatParameters parameters, RandomStream random);
}
