using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Training.Optimizers;

/// <summary>The direction of an Adam step: m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; direction = a m / (c sqrt(v) + eps).</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="NewShare1">1 less that.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="NewShare2">1 less that.</param>
/// <param name="Epsilon">Added to the root.</param>
internal readonly record struct AdamDirection(float Beta1, float NewShare1, float Beta2, float NewShare2, float Epsilon)
{
    private const int Width = 8;

    /// <summary>The numbers, rounded once.</summary>
    public static AdamDirection Of(double beta1, double beta2, double epsilon) =>
        new((float)beta1, (float)(1 - beta1), (float)beta2, (float)(1 - beta2), (float)epsilon);

    /// <summary>A factor for <see cref="Apply"/> with which all entries are multiplied alike.</summary>
    public static float[] Alike(double factor) => [.. Enumerable.Repeat((float)factor, Width)];

    /// <summary>Updates the moments of a run of entries and puts the direction in the place of the gradient.</summary>
    /// <param name="gradient">The gradient; receives the direction.</param>
    /// <param name="m">First moments.</param>
    /// <param name="v">Second moments.</param>
    /// <param name="a">One factor an entry, or eight equal ones.</param>
    /// <param name="c">The same of the root.</param>
    /// <param name="alike">Whether <paramref name="a"/> and <paramref name="c"/> are eight equal numbers.</param>
    public void Apply(Span<float> gradient, Span<float> m, Span<float> v, ReadOnlySpan<float> a, ReadOnlySpan<float> c, bool alike)
    {
        int i = 0, stride = alike ? 0 : 1;
        ref float g0 = ref MemoryMarshal.GetReference(gradient), m0 = ref MemoryMarshal.GetReference(m), v0 = ref MemoryMarshal.GetReference(v),
            a0 = ref MemoryMarshal.GetReference(a), c0 = ref MemoryMarshal.GetReference(c);
        for (; i <= gradient.Length - Width; i += Width)
        {
            (Vector256<float> direction, Vector256<float> first, Vector256<float> second) = Of(
                Vector256.LoadUnsafe(ref g0, (nuint)i), Vector256.LoadUnsafe(ref m0, (nuint)i), Vector256.LoadUnsafe(ref v0, (nuint)i),
                Vector256.LoadUnsafe(ref a0, (nuint)(i * stride)), Vector256.LoadUnsafe(ref c0, (nuint)(i * stride)));
            direction.StoreUnsafe(ref g0, (nuint)i);
            first.StoreUnsafe(ref m0, (nuint)i);
            second.StoreUnsafe(ref v0, (nuint)i);
        }

        for (; i < gradient.Length; i++)
        {
            // The same arithmetic in one lane, so that an entry's bits do not depend on where it stands.
            (Vector256<float> direction, Vector256<float> first, Vector256<float> second) = Of(
                Vector256.CreateScalar(gradient[i]), Vector256.CreateScalar(m[i]), Vector256.CreateScalar(v[i]),
                Vector256.CreateScalar(a[i * stride]), Vector256.CreateScalar(c[i * stride]));
            (gradient[i], m[i], v[i]) = (direction[0], first[0], second[0]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector256<float> Direction, Vector256<float> M, Vector256<float> V) Of(Vector256<float> g, Vector256<float> m, Vector256<float> v,
        Vector256<float> a, Vector256<float> c)
    {
        m = (m * Beta1) + (g * NewShare1);
        v = (v * Beta2) + (g * g * NewShare2);
        return (m * a / ((Vector256.Sqrt(v) * c) + Vector256.Create(Epsilon)), m, v);
    }
}
