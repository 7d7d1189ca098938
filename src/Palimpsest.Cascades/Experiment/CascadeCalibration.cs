using System.Globalization;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Baselines;
using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Chains;
using Palimpsest.Cascades.Costs;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Calibrates a cascade on recorded answers, and judges a calibration on others.</summary>
public static class CascadeCalibration
{
    /// <summary>Calibrates on some of the recorded questions.</summary>
    /// <param name="recording">The answers.</param>
    /// <param name="tiers">Names of the members of each tier; none for all systems but the last, and the last.</param>
    /// <param name="rule">What they have to agree in.</param>
    /// <param name="items">How many questions to calibrate on, drawn by lot; 0 for all.</param>
    /// <param name="options">Limit, confidence and rule of the certificate.</param>
    /// <param name="seed">Draws the questions.</param>
    /// <param name="vectors">Makes sentence vectors, for <see cref="AgreementRule.Semantic"/> alone.</param>
    /// <exception cref="PalimpsestException">A tier names an unknown system or cannot pass questions on, or there are too few questions.</exception>
    public static CalibrationFile Calibrate(Recording recording, IReadOnlyList<IReadOnlyList<string>> tiers, AgreementRule rule, int items,
        CertificateOptions options, long seed, AnswerVectors? vectors = null)
    {
        ArgumentNullException.ThrowIfNull(recording);
        if (items > recording.Items.Count)
        {
            throw new PalimpsestException($"{recording.Name}: holds {recording.Items.Count} questions, and the calibration is to take {items}. Take fewer, "
                + "or 0 for all.");
        }

        IReadOnlyList<IReadOnlyList<int>> places = CascadeStudy.TiersOf(tiers, recording);
        int[] order = [.. Enumerable.Range(0, recording.Items.Count)];
        new RandomStream(seed, "cascade", "calibrate").Shuffle(order.AsSpan());
        int[] chosen = items == 0 ? order : order[..items];
        return new CalibrationFile
        {
            Tiers = Systems(recording, places),
            Rule = rule,
            Encoder = vectors?.Encoder,
            Certificate = Certificate.Of(Arm(recording, places, rule, vectors), chosen, options),
            Items = [.. chosen.Select(item => recording.Items[item].Hash).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Judges a calibration on the questions that it has not seen.</summary>
    /// <param name="calibration">The calibration.</param>
    /// <param name="recording">Answers of the same systems.</param>
    /// <param name="vectors">Makes the sentence vectors that the calibration was made with; null if it was made without.</param>
    /// <returns>What to tell, a line each.</returns>
    /// <exception cref="PalimpsestException">The systems or the encoder are others, or every question was calibrated on.</exception>
    public static IReadOnlyList<string> Evaluate(CalibrationFile calibration, Recording recording, AnswerVectors? vectors = null)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(recording);
        IReadOnlyList<IReadOnlyList<int>> places = [.. calibration.Tiers.Select(tier =>
            (IReadOnlyList<int>)[.. tier.Select(member => recording.PlaceOf(member.Name))])];
        IReadOnlyList<int> items = calibration.Unseen(Systems(recording, places), calibration.Rule, recording, vectors?.Encoder);
        CascadeArm arm = Arm(recording, places, calibration.Rule, vectors);
        ArmOutcome outcome = arm.Run(calibration.Certificate.Thresholds, items);
        double last = items.Average(item => arm.Tiers[^1].Right[item] ? 1.0 : 0), dearest = items.Average(item => arm.Tiers[^1].Costs[item]);
        double excess = CertificateTrial.Excess(arm, calibration.Certificate.Thresholds, items).Max(), limit = calibration.Certificate.Options.Limit;
        return
        [
            Say($"{items.Count:N0} questions, {recording.Items.Count - items.Count:N0} that were calibrated on left out."),
            Say($"right: {100 * outcome.Accuracy:F1}% by the cascade, {100 * last:F1}% by the last tier alone"),
            Say($"reach: {string.Join(", ", outcome.Reach.Select(share => Say($"{100 * share:F1}%")))} of the questions"),
            Say($"cost: {outcome.MeanCost:G4} {new CallCosts(recording).UnitName} a question, {outcome.MeanCost / dearest:F3} of the last tier's"),
            Say($"error beyond the next tier's: {100 * excess:F2}%, {(excess <= limit ? "within" : "above")} the limit of {100 * limit:F2}%"),
        ];
    }

    private static CascadeArm Arm(Recording recording, IReadOnlyList<IReadOnlyList<int>> tiers, AgreementRule rule, AnswerVectors? vectors)
    {
        ArmPlan plan = new()
        {
            Recording = recording,
            Tiers = tiers,
            Rule = rule,
            Encode = vectors is null ? null : vectors.Of,
            Costs = new CallCosts(recording),
            Tuning = [],
            Random = new RandomStream(0, "cascade"),
        };
        return CascadeArms.ByAgreement(plan);
    }

    private static IReadOnlyList<IReadOnlyList<RecordedSystem>> Systems(Recording recording, IReadOnlyList<IReadOnlyList<int>> places) =>
        [.. places.Select(tier => (IReadOnlyList<RecordedSystem>)[.. tier.Select(place => recording.Systems[place])])];

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
