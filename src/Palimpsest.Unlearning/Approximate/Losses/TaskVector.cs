using Palimpsest.Unlearning.Merging;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of task negation: the model is tuned on what is to be forgotten, and the change is then subtracted.</summary>
/// <remarks>Ilharco et al., Editing Models with Task Arithmetic, ICLR 2023, section 3. MUSE takes a = 5 behind 10 epochs.</remarks>
public sealed record TaskVectorOptions : UnlearningOptions
{
    /// <summary>a: how much of the change is subtracted; above 0.</summary>
    /// <value>The default is 1.</value>
    public double Scale { get; init; } = 1;

    // 1/n Σ x over the forget tokens, which are learnt
    /// <inheritdoc/>
    internal override IReadOnlyList<WeightedTerm> Terms(int step) => [new("forget", 1, new TokenNll(1, BatchSide.Forget))];

    // θ - a (θ_tuned - θ)
    /// <summary>What becomes of the tuned weights.</summary>
    /// <param name="layout">How they lie.</param>
    /// <param name="before">θ.</param>
    /// <param name="tuned">θ_tuned; becomes the result.</param>
    internal void Negate(Numerics.ParameterLayout layout, ReadOnlySpan<float> before, Span<float> tuned)
    {
        float[] change = new float[tuned.Length];
        System.Numerics.Tensors.TensorPrimitives.Subtract(tuned, before, change);
        new TaskArithmetic(new TaskArithmeticOptions { Scale = -Scale }).Merge(new HeldTaskVectors(layout, [change]), tuned);
        System.Numerics.Tensors.TensorPrimitives.Add(tuned, before, tuned);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Positive("scale", Scale);
}
