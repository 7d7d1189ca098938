using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Arithmetic on tensors without hidden native scalars; see <see cref="Scalars"/>. Every result belongs to the caller's scope.</summary>
public static class Ops
{
    /// <summary>a + b, broadcast.</summary>
    public static Tensor Add(Tensor a, Tensor b) => a.add(b, Scalars.One);

    /// <summary>a - b, broadcast.</summary>
    public static Tensor Subtract(Tensor a, Tensor b) => a.add(b, Scalars.Of(-1.0));

    /// <summary>a + factor * b in place; returns nothing so that nobody disposes <paramref name="target"/> by mistake.</summary>
    public static void AddInPlace(Tensor target, Tensor b, double factor = 1.0) => target.add_(b, Scalars.Of(factor));

    /// <summary>x times a constant.</summary>
    public static Tensor Scale(Tensor x, double factor) => x.mul(Scalars.Of(factor));

    /// <summary>x plus a constant.</summary>
    public static Tensor Shift(Tensor x, double constant) => x.add(Scalars.Of(constant), Scalars.One); // without the second one TorchSharp makes a hidden scalar

    /// <summary>x, with <paramref name="value"/> where the mask is true.</summary>
    public static Tensor MaskedFill(Tensor x, Tensor mask, double value) => x.masked_fill(mask, Scalars.Of(value));

    /// <summary>The number in a tensor with one element.</summary>
    /// <remarks>TorchSharp's <c>item</c> reads through a native scalar that a finalizer can free during the call; this reads the memory.</remarks>
    public static float Value(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using Tensor detached = x.detach();
        using Tensor number = detached.to(ScalarType.Float32, CPU);
        float value = MemoryMarshal.Read<float>(number.bytes);
        GC.KeepAlive(number);
        return value;
    }

    /// <summary>The number in a tensor with one element, as precise as it is there.</summary>
    public static double Number(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using Tensor detached = x.detach();
        using Tensor number = detached.to(ScalarType.Float64, CPU);
        double value = MemoryMarshal.Read<double>(number.bytes);
        GC.KeepAlive(number);
        return value;
    }

    /// <summary>Whether every element is neither infinite nor NaN.</summary>
    public static bool AllFinite(Tensor x)
    {
        using Tensor finite = x.isfinite();
        using Tensor all = finite.all().to_type(ScalarType.Float32);
        return Value(all) != 0;
    }
}
