using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>Activation functions by the names that <c>config.json</c> uses.</summary>
internal static class Activation
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_byName = new(StringComparer.Ordinal)
    {
        ["gelu"] = Kernels.Gelu,
        ["gelu_new"] = Kernels.GeluTanh,
        ["gelu_pytorch_tanh"] = Kernels.GeluTanh,
        ["relu"] = x => nn.functional.relu(x),
        ["silu"] = x => nn.functional.silu(x),
    };

    private static readonly Dictionary<string, Action<Span<float>>> s_inPlace = new(StringComparer.Ordinal)
    {
        ["gelu"] = FastMath.Gelu,
        ["gelu_new"] = FastMath.GeluTanh,
        ["gelu_pytorch_tanh"] = FastMath.GeluTanh,
        ["relu"] = x => System.Numerics.Tensors.TensorPrimitives.Max(x, 0f, x),
    };

    /// <summary>The names.</summary>
    public static string[] Names => [.. s_byName.Keys];

    /// <summary>The function of a name out of <see cref="Names"/>.</summary>
    public static Func<Tensor, Tensor> Of(string name) => s_byName[name];

    /// <summary>The same over numbers in place; null where only tensors have it.</summary>
    public static Action<Span<float>>? InPlace(string name) => s_inPlace.GetValueOrDefault(name);
}
