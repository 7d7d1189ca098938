using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of SLERP.</summary>
public sealed record SlerpOptions : MergeOptions
{
    /// <summary>Position t between the two vectors: 0 is the first, 1 the second.</summary>
    /// <value>The default is 0.5.</value>
    public double Position { get; init; } = 0.5;

    /// <summary>Whether the angle is that of the whole vectors instead of each tensor's own.</summary>
    /// <value>The default is false.</value>
    public bool Whole { get; init; }

    /// <summary>Vectors whose |cosine| is above are combined on the straight line, opposite ones too.</summary>
    /// <value>The default is 0.9995.</value>
    public double Threshold { get; init; } = 0.9995;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. Finite("position", Position), .. Between("threshold", Threshold, 0, 1)];
}

/// <summary>Goes from one vector to another along the arc between them instead of the chord. Exactly two tasks; each is read twice in a row.</summary>
/// <remarks>
/// Shoemake, Animating Rotation with Quaternion Curves, 1985; the form of mergekit, where the angle is between normalised tensors and the combination is of the tensors as they are.
/// It is not linear: for the usual merge of models give whole models as vectors and a base of zero.
/// </remarks>
public sealed class Slerp(SlerpOptions options) : IMergeMethod
{
    // sin((1-t)θ)/sin θ · a + sin(tθ)/sin θ · b,   cos θ = a·b / (‖a‖ ‖b‖);   |cos θ| > threshold: (1-t) a + t b
    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        int length = TaskPass.Length(tasks, merged);
        if (tasks.Count != 2)
        {
            throw new PalimpsestException($"SLERP goes between two vectors, but there are {tasks.Count}. Use the mean or TIES for more.");
        }

        float[] a = new float[length];
        tasks.Read(0, 0, a);
        TaskPass.Check(0, 0, a);
        IReadOnlyList<ParameterSlot> parts = options.Whole ? [new ParameterSlot("all", [length], 0)] : tasks.Layout.Slots;
        foreach (ParameterSlot part in parts)
        {
            Span<float> target = merged.Slice((int)part.Offset, (int)part.Count);
            tasks.Read(1, part.Offset, target);
            TaskPass.Check(1, (int)part.Offset, target);
            Combine(a.AsSpan((int)part.Offset, (int)part.Count), target);
        }
    }

    private void Combine(ReadOnlySpan<float> a, Span<float> b)
    {
        double dot = 0, squaresA = 0, squaresB = 0;
        for (int j = 0; j < a.Length; j++)
        {
            dot += (double)a[j] * b[j];
            squaresA += (double)a[j] * a[j];
            squaresB += (double)b[j] * b[j];
        }

        // A vector of zeros has no direction; its cosine counts as 0.
        double norms = Math.Sqrt(squaresA) * Math.Sqrt(squaresB), cosine = norms > 0 ? Math.Clamp(dot / norms, -1, 1) : 0, t = options.Position;
        double angle = Math.Acos(cosine), sine = Math.Sin(angle);
        (double first, double second) = Math.Abs(cosine) > options.Threshold ? (1 - t, t) : (Math.Sin((1 - t) * angle) / sine, Math.Sin(t * angle) / sine);
        for (int j = 0; j < a.Length; j++)
        {
            b[j] = (float)((first * a[j]) + (second * b[j]));
        }
    }
}
