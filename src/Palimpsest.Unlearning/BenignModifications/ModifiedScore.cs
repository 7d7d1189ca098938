using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>What a modification does to a model's answers on one set, by one measure; all figures lie in [0, 1], changes in [-1, 1].</summary>
public sealed record ModifiedScore
{
    /// <summary>The modification's name.</summary>
    public required string Modification { get; init; }

    /// <summary>How answers are scored.</summary>
    public required BenignMeasure Measure { get; init; }

    /// <summary>Which set.</summary>
    public required QuestionSide Side { get; init; }

    /// <summary>Modified prompts.</summary>
    public required int Items { get; init; }

    /// <summary>What the intervals go over: so many subjects, or questions where fewer than five subjects are known.</summary>
    public required int Groups { get; init; }

    /// <summary>Whether the groups are subjects.</summary>
    public required bool BySubject { get; init; }

    /// <summary>Score of the model without the modification.</summary>
    public required double Unmodified { get; init; }

    /// <summary>Score with it.</summary>
    public required double Modified { get; init; }

    /// <summary>Their difference, with a 95% bootstrap interval as all others.</summary>
    public required Interval Change { get; init; }

    /// <summary>Score of the control without the modification; null without a control.</summary>
    public double? ControlUnmodified { get; init; }

    /// <summary>Score of the control with it.</summary>
    public double? ControlModified { get; init; }

    /// <summary>The control's change.</summary>
    public Interval? ControlChange { get; init; }

    /// <summary>The change beyond the control's: the difference in differences.</summary>
    public Interval? Beyond { get; init; }

    /// <summary>The modified score above the control's modified score.</summary>
    public Interval? AboveControl { get; init; }

    /// <summary>The unmodified score above the control's.</summary>
    public Interval? AboveBefore { get; init; }

    /// <summary>What that shows.</summary>
    public required BenignVerdict Verdict { get; init; }

    /// <summary>The row as a sentence.</summary>
    public override string ToString()
    {
        string found = string.Create(CultureInfo.InvariantCulture, $"{Modification}, {(Side == QuestionSide.Forget ? "to be forgotten" : "to stay")}, "
            + $"{Measure.ToString().ToLowerInvariant()}: {100 * Unmodified:F1}% -> {100 * Modified:F1}%");
        return Beyond is not Interval beyond ? $"{found} (no control)"
            : string.Create(CultureInfo.InvariantCulture, $"{found}, control {100 * ControlUnmodified:F1}% -> {100 * ControlModified:F1}%, "
                + $"beyond it {100 * beyond.Estimate:F1} [{100 * beyond.Lower:F1}, {100 * beyond.Upper:F1}] points: {Words(Verdict)}");
    }

    /// <summary>A verdict in words.</summary>
    public static string Words(BenignVerdict verdict) => verdict switch
    {
        BenignVerdict.InformationAccessible => "information still accessible",
        BenignVerdict.RetainedHurt => "retained knowledge hurt more than shown",
        BenignVerdict.NotForgotten => "not forgotten in the first place",
        BenignVerdict.FormUnknown => "nothing found, in a form that the control does not know",
        BenignVerdict.Holds => "holds",
        _ => "inconclusive",
    };
}
