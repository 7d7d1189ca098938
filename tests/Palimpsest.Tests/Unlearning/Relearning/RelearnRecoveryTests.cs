using Palimpsest.Numerics;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Tests.Unlearning.Relearning;

/// <summary>The one number of a relearning attack, by hand.</summary>
public sealed class RelearnRecoveryTests
{
    private static readonly string[] s_subjects = ["x", "x", "y", "y"];

    [Fact]
    public void Of_Courses_DividesWhatCameBackByWhatWasLost()
    {
        RelearnRecovery found = Of([1, 1, 1, 0.8],
            Course((0, [0.1, 0, 0, 0.1]), (5, [0.5, 0.5, 0.3, 0.3]), (10, [0.9, 0.5, 0.5, 0.5]), (15, [0.2, 0.2, 0.2, 0.2])),
            Course((0, [0, 0, 0.2, 0]), (5, [0.2, 0.1, 0.1, 0]), (10, [0, 0, 0, 0])));
        Assert.Equal((10, 0.6, 0.05, 0.95), (found.BestStep, Rounded(found.Relearned), Rounded(found.Unlearned), Rounded(found.Before)));
        Assert.Equal((0.05, 0.1), (Rounded(found.Control), Rounded(found.ControlRelearned)));

        // (2.4 - 0.4) / (3.8 - 0.2); by subject (1.1 / 2, 0.9 / 1.6), between which every resample lies
        Assert.Equal(2.0 / 3.6, found.Share!.Value.Estimate, 12);
        Assert.InRange(found.Share.Value.Lower, 0.55 - 1e-12, found.Share.Value.Estimate);
        Assert.InRange(found.Share.Value.Upper, found.Share.Value.Estimate, 0.5625 + 1e-12);
        Assert.Equal(10, found.StepsToHalf); // 0.6 - 0.1 is more than half of 0.9, 0.4 - 0.1 is not
    }

    [Fact]
    public void Of_MetricWhereLessIsMore_TakesTheLowest()
    {
        RelearnRecovery found = Of([1, 1, 1, 1], Course((0, [9, 9, 9, 9]), (5, [3, 3, 3, 3]), (10, [5, 5, 5, 5])),
            Course((0, [9, 9, 9, 9]), (5, [7, 7, 7, 7]), (10, [8, 8, 8, 8])), RelearnMetrics.TargetNats);
        Assert.Equal((5, 3, 7), (found.BestStep, found.Relearned, found.ControlRelearned));
        Assert.Equal(0.5, found.Share!.Value.Estimate, 12);
        Assert.Equal(5, found.StepsToHalf);
    }

    [Fact]
    public void Of_ModelThatKnewNothing_HasNoShare()
    {
        RelearnCourse flat = Course((0, [0.5, 0.5, 0.5, 0.5]), (5, [0.5, 0.5, 0.5, 0.5]));
        RelearnRecovery found = Of([0.5, 0.5, 0.5, 0.6], flat, flat);
        Assert.Null(found.Share);
        Assert.Null(found.StepsToHalf);
        Assert.Equal(0, found.BestStep); // the earliest of equals
    }

    private static double Rounded(double value) => Math.Round(value, 12);

    private static RelearnRecovery Of(double[] before, RelearnCourse course, RelearnCourse control, string metric = RelearnMetrics.Success) =>
        RelearnRecovery.Of(metric, s_subjects, before, course, control, neverLearned: true, new RandomStream(1));

    private static RelearnCourse Course(params (int Step, double[] Values)[] points) => new()
    {
        Model = "m",
        Set = "s",
        Adapter = false,
        Texts = 1,
        Told = 0,
        Seconds = 0,
        Points = [.. points.Select(point => new RelearnPoint(point.Step, new Dictionary<string, IReadOnlyList<double>>
        {
            [RelearnMetrics.Success] = point.Values,
            [RelearnMetrics.TargetNats] = point.Values,
        }))],
    };
}
