using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>One attack on one model: the curve from before the first step to the last.</summary>
public sealed record RelearnCourse
{
    /// <summary>The model, such as "unlearned" or "never learned".</summary>
    public required string Model { get; init; }

    /// <summary>The relearning set.</summary>
    public required string Set { get; init; }

    /// <summary>Whether a low-rank adapter was trained instead of the whole model.</summary>
    public required bool Adapter { get; init; }

    /// <summary>The curve; the first point is the model as it was.</summary>
    public required IReadOnlyList<RelearnPoint> Points { get; init; }

    /// <summary>Texts of the set.</summary>
    public required int Texts { get; init; }

    /// <summary>Texts that were left out of the set because an answer is in them.</summary>
    public required int Told { get; init; }

    /// <summary>Whether the training diverged, so that the curve ends early.</summary>
    public bool Diverged { get; init; }

    /// <summary>Seconds, asking included.</summary>
    public required double Seconds { get; init; }

    /// <summary>The point at which a metric is best, the earliest of several: an attacker stops when it suits.</summary>
    public RelearnPoint Best(string metric) => Points.MaxBy(point => RelearnMetrics.Sign(metric) * point.Mean(metric))!;
}
