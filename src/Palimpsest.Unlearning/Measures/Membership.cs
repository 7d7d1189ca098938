using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Unlearning.Measures;

/// <summary>Whether texts can be told apart from texts that no training saw, by scores that are higher for the latter.</summary>
public static class Membership
{
    /// <summary>Area under the ROC curve: the probability that a text of the forget set looks more like a member than one that was held out.</summary>
    /// <param name="forget">Scores of the forget set; higher means less likely a member.</param>
    /// <param name="holdout">Scores of texts of the same kind that no training saw.</param>
    /// <returns>1 where the forget set is still seen, 0.5 where nothing can be told, 0 where it stands out as unknown.</returns>
    public static double Area(IReadOnlyList<double> forget, IReadOnlyList<double> holdout)
    {
        ArgumentNullException.ThrowIfNull(forget);
        ArgumentNullException.ThrowIfNull(holdout);
        return new RocCurve([.. forget.Select(_ => true), .. holdout.Select(_ => false)], [.. forget.Concat(holdout).Select(score => -score)]).Area;
    }

    // (AUC - AUC_retrained) / AUC_retrained, AUC counted as the probability that the forget set looks less like a member
    /// <summary>MUSE's privacy leak in percent: 0 for a model that looks like one that never saw the forget set, near -100 for one that still shows it, above 0
    /// for one that hides it so much that this shows.</summary>
    /// <remarks>Shi et al., MUSE, 2024, with Min-40%; its areas run the other way than <see cref="Area"/>. Dividing by a small area makes it large.</remarks>
    /// <param name="area"><see cref="Area"/> of the unlearned model.</param>
    /// <param name="retrained">The same of a model that was trained without the forget set; 0.5, chance, where there is none.</param>
    /// <exception cref="PalimpsestException">The retrained model's area is 1, so that the figure is not defined.</exception>
    public static double PrivacyLeak(double area, double retrained = 0.5) => retrained < 1 ? 100 * (retrained - area) / (1 - retrained)
        : throw new PalimpsestException("The privacy leak is not defined: the model that never saw the forget set tells all of it from the texts held "
            + "out, so the two differ in kind. Hold out texts that are like the forget set.");
}
