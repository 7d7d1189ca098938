using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Unlearning.BenignModifications;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Exams;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What follows from the figures of one model.</summary>
/// <remarks>
/// A difference counts where it reaches the margin and its interval excludes 0. Not forgotten: the questions as they stand tell the model from the control.
/// Does not hold: another form of them, rounding, drawing, or relearning on text without the answers does, beyond what the same does to the control. Damaged:
/// what was to stay is answered less than by the control, or the model is broken. Holds: none of that, and there was a control to say so.
/// </remarks>
/// <param name="margin">In (0, 1).</param>
/// <param name="metric">What decides beside the choice: answers given, or, where they are long, their probability.</param>
/// <param name="random">Draws resamples.</param>
internal sealed class AuditConclusion(double margin, string metric, RandomStream random)
{
    private readonly List<string> _sentences = [];

    /// <summary>Concludes.</summary>
    /// <param name="found">The figures; verdict and sentences are filled in.</param>
    /// <param name="original">The model of before as it answers, or null.</param>
    /// <param name="control">The control as it answers, or null.</param>
    public AuditOutcome Of(AuditOutcome found, IReadOnlyList<Measurement>? original, IReadOnlyList<Measurement>? control)
    {
        _sentences.Clear();
        Answers(found, original, control);
        bool nothing = original is not null && control is not null && !Deciding(original).Any(before => Above(before, control));
        string[] known = control is null ? [] : [.. Deciding(found.Ordinary).Where(figure => Above(figure, control)).Select(figure => figure.Label)];
        bool back = Recovered(found, original is null ? "of all answers" : "of what was unlearned") | Otherwise(found, BenignVerdict.InformationAccessible);
        bool judges = control is null || Knows(control, found.Ordinary);
        bool hurt = judges && (Otherwise(found, BenignVerdict.RetainedHurt) | (control is not null && Hurt(found, control)));
        if (!judges)
        {
            _sentences.Add("Nothing is concluded about what was to stay: the model that never saw the data does not know that either.");
        }

        if (found.Collapsed is string broken)
        {
            _sentences.Add(broken);
        }

        if (original is null && control is not null)
        {
            _sentences.Add("Whether there was anything to forget is not known: the model of before was not given.");
        }

        AuditVerdict verdict = control is null ? AuditVerdict.Inconclusive
            : nothing ? AuditVerdict.NothingToForget
            : known.Length > 0 ? AuditVerdict.NotForgotten
            : back ? AuditVerdict.DoesNotHold
            : hurt || found.Collapsed is not null ? AuditVerdict.Damaged
            : found.Recoveries.Count + found.Untrained.Count + (found.Benign?.Scores.Count ?? 0) == 0 ? AuditVerdict.Inconclusive : AuditVerdict.Holds;
        string first = verdict switch
        {
            AuditVerdict.NothingToForget => "Nothing to forget: the model of before answered these questions no better than one that never saw the data.",
            AuditVerdict.NotForgotten => "Not forgotten: as they stand, the questions still tell it from a model that never saw the data "
                + $"({string.Join("; ", known)}).",
            AuditVerdict.DoesNotHold => "The forgetting does not hold.",
            AuditVerdict.Damaged => "What was to be forgotten did not come back, but the model has lost more than that.",
            AuditVerdict.Holds => "The forgetting holds against all that was tried."
                + (found.Exact ? " The deletion was exact: the weights have the bits of a model that never held the data." : ""),
            _ => control is null ? "No verdict: without a model that never saw the data nobody can say what is remembered and what is guessed."
                : "No verdict: nothing was tried beyond the questions as they stand.",
        };
        return found with { Verdict = verdict, Sentences = [first, .. _sentences] };
    }

    /// <summary>A gain beyond a control's, question by question, with an interval over subjects.</summary>
    public Interval Beyond(string what, IReadOnlyList<string> subjects, Func<int, double> gain) =>
        Bootstrap.Ratio([.. Enumerable.Range(0, subjects.Count).GroupBy(i => subjects[i], StringComparer.Ordinal).Select(group =>
            (group.Sum(gain), (double)group.Count()))], random.Child("beyond", what));

    private static IEnumerable<Measurement> Side(string side, IReadOnlyList<Measurement> all) =>
        all.Where(figure => figure.Metric.StartsWith(side, StringComparison.Ordinal));

    // A model that has learnt more is surer of itself where it is wrong: probabilities of short answers tell such models apart, not what they know.
    private IEnumerable<Measurement> Deciding(IReadOnlyList<Measurement> all) =>
        Side("forget", all).Where(figure => new[] { metric, RelearnMetrics.Choice }.Any(end => figure.Metric.EndsWith(end, StringComparison.Ordinal)));

    private bool ByAnswers => metric == RelearnMetrics.Success;

    private static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);

    private static Measurement? Same(Measurement figure, IReadOnlyList<Measurement>? others) => others?.FirstOrDefault(other => other.Metric == figure.Metric);

    private void Answers(AuditOutcome found, IReadOnlyList<Measurement>? original, IReadOnlyList<Measurement>? control)
    {
        foreach ((string side, string what) in new[] { ("forget", "what it should have forgotten"), ("retain", "what it should know") })
        {
            Measurement own = Side(side, found.Ordinary).First(figure => figure.Metric.EndsWith(metric, StringComparison.Ordinal));
            string others = string.Join(", ", new[] { ("before unlearning", Same(own, original)), (found.Control ?? "", Same(own, control)) }
                .Where(other => other.Item2 is not null).Select(other => $"{other.Item1} {Percent(other.Item2!.Value)}"));
            string known = Percent(own.Value);
            _sentences.Add($"Asked as usual it {(ByAnswers ? $"answers {known} of" : $"gives a mean probability of {known} to")} {what}"
                + $"{(others.Length > 0 ? $" ({others})" : "")}.");
        }
    }

    private bool Recovered(AuditOutcome found, string whole)
    {
        bool any = false;
        foreach (RelearnRecovery recovery in found.Recoveries.Where(one => one.Set != RelearnSets.Direct))
        {
            bool back = recovery.Share is Interval share && share.Estimate >= margin && share.Lower > 0;
            any |= back;
            if (back || recovery.Set == RelearnSets.Public)
            {
                int texts = found.Courses.FirstOrDefault(course => course.Set == recovery.Set)?.Texts ?? 0;
                _sentences.Add(FormattableString.Invariant($"After {recovery.BestStep} steps of relearning on {texts} texts without the answers ")
                    + $"({recovery.Set}): {Percent(recovery.Relearned)} {(ByAnswers ? "" : "probability ")}of the answers; never-saw "
                    + $"control {Percent(recovery.ControlRelearned)}."
                    + (recovery.Share is Interval of
                        ? $" That is {Percent(of.Estimate)} [{Percent(of.Lower)}, {Percent(of.Upper)}] {whole}." : ""));
            }
        }

        foreach (UntrainedRecovery one in found.Untrained.Where(one => one.Beyond is Interval beyond && beyond.Estimate >= margin && beyond.Lower > 0))
        {
            any = true;
            _sentences.Add($"With {one.Attack}: {Percent(one.Found)} of the answers, {Percent(one.Before)} without; control {Percent(one.Control!.Value)}.");
        }

        return any;
    }

    private bool Otherwise(AuditOutcome found, BenignVerdict verdict)
    {
        ModifiedScore[] rows = [.. (found.Benign?.Scores ?? []).Where(row => row.Verdict == verdict)];
        if (rows.Length > 0)
        {
            ModifiedScore worst = rows.MaxBy(row => Math.Abs(row.Beyond!.Value.Estimate))!;
            string failure = verdict == BenignVerdict.RetainedHurt ? "Retained knowledge is hurt more than shown"
                : "Information is still accessible, asked otherwise";
            _sentences.Add($"{failure}: {worst}.{(rows.Length > 1 ? FormattableString.Invariant($" So do {rows.Length - 1} further rows.") : "")}");
        }

        return rows.Length > 0;
    }

    private bool Hurt(AuditOutcome found, IReadOnlyList<Measurement> control)
    {
        Measurement[] lost = [.. Side("retain", found.Ordinary).Where(figure => Same(figure, control) is Measurement other
            && Difference(other, figure) is Interval less && less.Estimate >= margin && less.Lower > 0)];
        if (lost.Length > 0)
        {
            _sentences.Add($"Of what was to stay it has lost: {string.Join("; ", lost.Select(figure =>
                $"{figure.Label} {figure.Show(figure.Value)}, control {figure.Show(Same(figure, control)!.Value)}"))}.");
        }

        return lost.Length > 0;
    }

    // Who knows nothing has nothing to lose: only a control that answers at least half of what the model does shows what a form costs.
    private bool Knows(IReadOnlyList<Measurement> control, IReadOnlyList<Measurement> own)
    {
        double Known(IReadOnlyList<Measurement> all) => Side("retain", all).First(figure => figure.Metric.EndsWith(metric, StringComparison.Ordinal)).Value;
        return Known(control) >= Known(own) / 2;
    }

    private bool Above(Measurement figure, IReadOnlyList<Measurement> control) =>
        Same(figure, control) is Measurement other && Difference(figure, other) is Interval more && more.Estimate >= margin && more.Lower > 0;

    private Interval Difference(Measurement more, Measurement less) => more.ChangeFrom(less, random.Child("difference", more.Metric));
}
