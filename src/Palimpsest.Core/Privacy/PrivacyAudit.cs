using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Privacy;

/// <summary>What attacks prove about a mechanism from below: an ε that it does not keep. A bound above the accountant's is the proof of a mistake.</summary>
public static class PrivacyAudit
{
    /// <summary>From an attack on many runs, or on many independent units: (ε, δ) bounds TPR ≤ e^ε FPR + δ, and the same of the negatives.</summary>
    /// <remarks>
    /// ε ≥ max(ln((TPR_lo - δ) / FPR_hi), ln((TNR_lo - δ) / FNR_hi)), each rate by the interval of Clopper and Pearson (Jagielski, Ullman and Oprea, Auditing
    /// Differentially Private Machine Learning, 2020). Both intervals hold together with probability 2 · confidence - 1 at least.
    /// </remarks>
    /// <param name="truePositives">Members that the attack called so.</param>
    /// <param name="members">At least 1.</param>
    /// <param name="falsePositives">Others that the attack called members.</param>
    /// <param name="nonMembers">At least 1.</param>
    /// <param name="delta">δ in [0, 1).</param>
    /// <param name="confidence">Of each interval, in (0, 1).</param>
    public static double FromRates(int truePositives, int members, int falsePositives, int nonMembers, double delta, double confidence = 0.95)
    {
        CheckDelta(delta);
        Interval hits = ProportionIntervals.ClopperPearson(truePositives, members, confidence);
        Interval alarms = ProportionIntervals.ClopperPearson(falsePositives, nonMembers, confidence);
        return Math.Max(Bound(hits.Lower, alarms.Upper), Bound(1 - alarms.Upper, 1 - hits.Lower));

        double Bound(double hit, double alarm) => hit - delta > alarm ? Math.Log((hit - delta) / alarm) : 0;
    }

    /// <summary>From one run: canaries were included by fair coins, and an attack guessed the coins of some of them.</summary>
    /// <remarks>Steinke, Nasr and Jagielski, Privacy Auditing with One (1) Training Run (2023), theorem 5.2 and appendix D.</remarks>
    /// <param name="canaries">m, units that had a coin.</param>
    /// <param name="guesses">r, coins that were guessed, from 0 to m; which ones was decided without knowing them.</param>
    /// <param name="correct">v, right guesses, from 0 to r.</param>
    /// <param name="delta">δ in [0, 1).</param>
    /// <param name="significance">Probability that the bound is wrong, in (0, 1).</param>
    /// <returns>The ε below which the guesses are too good to be chance; 0 if none is.</returns>
    public static double FromOneRun(int canaries, int guesses, int correct, double delta, double significance = 0.05)
    {
        if (!(significance is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(significance), significance, "A significance lies between 0 and 1.");
        }

        double high = 1;
        while (Rejected(high))
        {
            high *= 2;
        }

        return Rejected(0) ? Bisection.Upper(epsilon => !Rejected(epsilon), 0, high) : 0;

        bool Rejected(double epsilon) => OneRunPValue(canaries, guesses, correct, epsilon, delta) < significance;
    }

    /// <summary>The largest probability of so many right guesses against a mechanism that is (ε, δ)-private: P(B ≥ v) + 2 m δ max over i of P(v - i ≤ B &lt; v) / i
    /// for B ~ Binomial(r, e^ε / (1 + e^ε)).</summary>
    /// <param name="canaries">m.</param>
    /// <param name="guesses">r, from 0 to m.</param>
    /// <param name="correct">v, from 0 to r.</param>
    /// <param name="epsilon">ε, at least 0.</param>
    /// <param name="delta">δ in [0, 1).</param>
    public static double OneRunPValue(int canaries, int guesses, int correct, double epsilon, double delta)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(correct);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, guesses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(guesses, canaries);
        PrivacyChecks.Epsilon(epsilon);
        CheckDelta(delta);
        double wrong = Math.Exp(-epsilon) / (1 + Math.Exp(-epsilon)), below = 0, most = 0;
        double logRight = -LogSpace.Log1p(Math.Exp(-epsilon)), logWrong = logRight - epsilon;
        for (int i = 1; i <= correct && delta > 0; i++)
        {
            int k = correct - i;
            below += Math.Exp(GammaFunction.LogBinomial(guesses, k) + (k * logRight) + ((guesses - k) * logWrong));
            most = Math.Max(most, below / i);
        }

        // At least v right are at most r - v wrong.
        return Math.Min(1, BetaFunction.BinomialCumulative(guesses - correct, guesses, wrong) + (2.0 * canaries * delta * most));
    }

    private static void CheckDelta(double delta)
    {
        if (delta != 0)
        {
            PrivacyChecks.Delta(delta);
        }
    }
}
