using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training.Optimizers;

/// <summary>AdamW whose moments take a byte each: codes of <see cref="DynamicCode"/> for blocks of 256 neighbours of a parameter, and one f32 a block. 2.03
/// bytes of state a parameter instead of 8.</summary>
/// <remarks>
/// Dettmers et al., arXiv 2110.02861, and the rules of bitsandbytes 0.50 (<see cref="AdamW8bitCompat"/>). m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; with
/// c1 = 1 - b1^t and c2 = sqrt(1 - b2^t)
/// p -= lr c2 / c1 m / (sqrt(v) + c2 eps), then p *= 1 - lr wd; then m and v are quantised anew. Parameters of fewer than 4096 entries keep f32 moments, those
/// that are frozen or have no gradient none. Computes on a CPU; the bits do not depend on the
/// number of threads. Owned by its creator, in no scope.
/// </remarks>
public sealed unsafe class AdamW8bit : IOptimizer
{
    private readonly AdamW8bitOptions _options;
    private readonly FlatParameters _parameters;
    private readonly Part[] _parts;

    /// <summary>Creates the optimizer with moments of zero.</summary>
    /// <param name="parameters">Changed by <see cref="Step"/>; must outlive the optimizer.</param>
    /// <param name="options">Settings.</param>
    /// <param name="groups">Parameters with settings of their own.</param>
    /// <exception cref="PalimpsestException">A group matches nothing, nothing is left to train, or the parameters are not f32 on a CPU.</exception>
    public AdamW8bit(FlatParameters parameters, AdamW8bitOptions options, IReadOnlyList<ParameterGroup>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        if (parameters.Values.device_type != DeviceType.CPU || parameters.Values.dtype != ScalarType.Float32)
        {
            throw new PalimpsestException("optimizer adamw8bit computes f32 parameters on a CPU. Use adamw here.");
        }

        (_parameters, _options) = (parameters, options);
        _parts = [.. from item in ParameterSet.Slots(parameters.Layout, groups, options.WeightDecay, options.DecayAll)
            where parameters.HasGradient(item.Slot)
            select new Part(item.Slot, item.RateFactor, item.WeightDecay, new AdamMoments(item.Slot.Shape, eightBit: true))];
        State = [.. _parts.SelectMany(part => part.Moments.Tensors(part.Slot.Name))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Tensor Values)> State { get; }

    /// <inheritdoc/>
    public long StepCount { get; set; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        StepCount++;
        foreach (Part part in _parts)
        {
            Numbers numbers = Numbers.Of(_options, StepCount, learningRate * part.RateFactor, part.WeightDecay);
            float* p = (float*)TensorMemory.Address(_parameters.Values) + part.Slot.Offset,
                g = (float*)TensorMemory.Address(_parameters.Gradients) + _parameters.GradientOffset(part.Slot.Offset);
            part.Moments.ForEachBlock((at, first, second) =>
                Update(numbers, new Span<float>(p + at, first.Length), new ReadOnlySpan<float>(g + at, first.Length), first, second), numbers.LikeCpu);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Part part in _parts)
        {
            part.Moments.Dispose();
        }
    }

    private static void Update(in Numbers numbers, Span<float> p, ReadOnlySpan<float> g, Span<float> m, Span<float> v)
    {
        int i = 0;
        ref float p0 = ref MemoryMarshal.GetReference(p), g0 = ref MemoryMarshal.GetReference(g), m0 = ref MemoryMarshal.GetReference(m),
            v0 = ref MemoryMarshal.GetReference(v);
        for (; i <= p.Length - 8; i += 8)
        {
            (Vector256<float> own, Vector256<float> first, Vector256<float> second) = Updated(
                numbers, Vector256.LoadUnsafe(ref p0, (nuint)i), Vector256.LoadUnsafe(ref g0, (nuint)i), Vector256.LoadUnsafe(ref m0, (nuint)i),
                    Vector256.LoadUnsafe(ref v0, (nuint)i));
            own.StoreUnsafe(ref p0, (nuint)i);
            first.StoreUnsafe(ref m0, (nuint)i);
            second.StoreUnsafe(ref v0, (nuint)i);
        }

        for (; i < p.Length; i++)
        {
            // The same arithmetic in one lane, so that an entry's bits do not depend on where it stands.
            (Vector256<float> own, Vector256<float> first, Vector256<float> second) = Updated(
                numbers, Vector256.CreateScalar(p[i]), Vector256.CreateScalar(g[i]), Vector256.CreateScalar(m[i]), Vector256.CreateScalar(v[i]));
            (p[i], m[i], v[i]) = (own[0], first[0], second[0]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> P, Vector256<float> M, Vector256<float> V) Updated(in Numbers numbers, Vector256<float> p, Vector256<float> g,
        Vector256<float> m, Vector256<float> v)
    {
        m = (m * numbers.Beta1) + (g * numbers.NewShare1);
        v = (v * numbers.Beta2) + (g * g * numbers.NewShare2);
        Vector256<float> change = m / (Vector256.Sqrt(v) + Vector256.Create(numbers.Epsilon)) * numbers.StepSize;
        if (numbers.LikeCpu)
        {
            return ((p * numbers.Shrink) + change, m, v);
        }

        Vector256<float> finite = Vector256.LessThan(Vector256.Abs(g), Vector256.Create(float.PositiveInfinity));
        return (Vector256.ConditionalSelect(finite, (p + change) * numbers.Shrink, p), m & finite, v & finite);
    }

    /// <summary>A parameter and its state.</summary>
    private sealed record Part(ParameterSlot Slot, double RateFactor, double WeightDecay, AdamMoments Moments);

    /// <summary>The numbers of a step, rounded once.</summary>
    private readonly record struct Numbers(float Beta1, float NewShare1, float Beta2, float NewShare2, float StepSize, float Epsilon, float Shrink,
        bool LikeCpu)
    {
        public static Numbers Of(AdamW8bitOptions options, long step, double rate, double decay)
        {
            // The betas are f32 to the CUDA kernel, and 1 - 0.999f is not the f32 next to 0.001.
            bool likeCpu = options.Compat == AdamW8bitCompat.Cpu;
            (double beta1, double beta2) = likeCpu ? (options.Beta1, options.Beta2) : ((float)options.Beta1, (float)options.Beta2);
            double first = 1 - Math.Pow(beta1, step), second = Math.Sqrt(1 - Math.Pow(beta2, step));
            return new Numbers(
                (float)beta1, (float)(1 - beta1), (float)beta2, (float)(1 - beta2), (float)(-rate * second / first), (float)(second * options.Epsilon),
                    (float)(1 - (rate * decay)), likeCpu);
        }
    }
}
