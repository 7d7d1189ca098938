using Palimpsest.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>Where the values of parameters come from.</summary>
/// <param name="Fill">Copies a parameter's values into a tensor of its shape.</param>
/// <param name="TryMap">Gives the parameter as a map of its file in the type wanted, or null.</param>
/// <param name="TryKeep">Gives a matrix in the file's own type, mapped or (true) copied; null where it has to be filled as f32.</param>
internal sealed record StoredParameters(
    Action<ParameterSlot, Tensor> Fill,
    Func<ParameterSlot, ScalarType, Tensor?> TryMap,
    Func<ParameterSlot, bool, StoredMatrix?> TryKeep);
