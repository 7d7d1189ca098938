using System.Collections.Concurrent;
using TorchSharp;

namespace Palimpsest.Torch;

/// <summary>Native scalars that live as long as the process.</summary>
/// <remarks>
/// TorchSharp passes a Scalar's handle to native code without keeping the object alive, and even <c>a + b</c> makes a hidden one: under load a finalizer can free it during the call
/// ("Expected false to be true" in Scalar.toFloat). So constants are kept here, and the operators that make hidden ones are banned at build time; use <see cref="Ops"/>. The cache is for
/// constants of the program and of a recipe, not for values that change from step to step: pass those as tensors.
/// </remarks>
public static class Scalars
{
    private static readonly ConcurrentDictionary<double, Scalar> Doubles = new();
    private static readonly ConcurrentDictionary<long, Scalar> Longs = new();

    /// <summary>1.0.</summary>
    public static Scalar One { get; } = Of(1.0);

    /// <summary>0.0.</summary>
    public static Scalar Zero { get; } = Of(0.0);

    /// <summary>Minus infinity.</summary>
    public static Scalar NegativeInfinity { get; } = Of(double.NegativeInfinity);

    /// <summary>The scalar of a floating-point constant.</summary>
    public static Scalar Of(double value) => Doubles.GetOrAdd(value, static v => v.ToScalar());

    /// <summary>The scalar of an integer constant.</summary>
    public static Scalar Of(long value) => Longs.GetOrAdd(value, static v => v.ToScalar());
}
