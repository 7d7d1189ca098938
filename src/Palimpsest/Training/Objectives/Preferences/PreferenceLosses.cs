using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>The losses over pairs by name: a line each, with sp(x) = ln(1 + e^x) = -ln σ(-x), u = β h, h = a - d, a and d the log-ratios of the chosen and the
/// rejected answer to the reference.</summary>
/// <remarks>Forms and names as in TRL 1.16 where it has them. Where TRL ignores ε in "sigmoid", <c>cdpo</c> is the text-book form with it.</remarks>
internal static class PreferenceLosses
{
    private const double DiscoPopTemperature = 0.05, LeastExoSmoothing = 1e-3;

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, PreferenceLoss> All { get; } = new Dictionary<string, PreferenceLoss>(StringComparer.Ordinal)
    {
        // sp(-u)                                                            DPO: Rafailov et al., NeurIPS 2023, equation 7
        ["sigmoid"] = new(t => SoftPlus(t.U.neg())),
        // (1 - ε) sp(-u) + ε sp(u)                                          Mitchell 2023
        ["cdpo"] = new(t => Smoothed(t.U, t.Epsilon), Smooths: true),
        // ((1 - ε) sp(-u) - ε sp(u)) / (1 - 2ε)                             Chowdhury et al., ICML 2024, equation 12
        ["robust"] = new(t =>
            Ops.Scale(Ops.Subtract(Ops.Scale(SoftPlus(t.U.neg()), 1 - t.Epsilon), Ops.Scale(SoftPlus(t.U), t.Epsilon)), 1 / (1 - (2 * t.Epsilon))),
            Smooths: true),
        // (a / n+ - d / n- - 1 / 2β)^2                                      IPO: Azar et al., AISTATS 2024, equation 17, with TRL's division by lengths
        ["ipo"] = new(t => Ops.Shift(t.MeanH, -1 / (2 * t.Beta)).square()),
        // (h - 1 / 2β)^2                                                    as in the paper
        ["ipo_sum"] = new(t => Ops.Shift(t.H, -1 / (2 * t.Beta)).square()),
        // max(0, 1 - u)                                                     SLiC: Zhao et al. 2023
        ["hinge"] = new(t => nn.functional.relu(Ops.Shift(t.U.neg(), 1))),
        // sp(-β (a / n+ - d / n-))
        ["sigmoid_norm"] = new(t => SoftPlus(Ops.Scale(t.MeanH, -t.Beta))),
        // sp(-β (ln π+ - ln π-))
        ["reference_free"] = new(t => SoftPlus(Ops.Scale(Ops.Subtract(t.Chosen, t.Rejected), -t.Beta)), NeedsReference: false),
        // sp(-βa) + (sp(βa) + sp(βd)) / 2                                   NCA: Chen et al., NeurIPS 2024
        ["nca_pair"] =
            new(t => Ops.Add(SoftPlus(Ops.Scale(t.A, -t.Beta)), Ops.Scale(Ops.Add(SoftPlus(Ops.Scale(t.A, t.Beta)), SoftPlus(Ops.Scale(t.D, t.Beta))), 0.5))),
        // sp(-βa) + sp(βd)                                                  BCO: Jung et al. 2024, with the reward shift of TRL 1.16's DPO trainer, 0
        ["bco_pair"] = new(t => Ops.Add(SoftPlus(Ops.Scale(t.A, -t.Beta)), SoftPlus(Ops.Scale(t.D, t.Beta)))),
        // (a - 1 / 2β)^2 + (d + 1 / 2β)^2                                   SPPO: Wu et al. 2024
        ["sppo_hard"] = new(t => Ops.Add(Ops.Shift(t.A, -0.5 / t.Beta).square(), Ops.Shift(t.D, 0.5 / t.Beta).square())),
        // 1 - σ(βa) + σ(βd)                                                 APO: D'Oosterlinck et al. 2024
        ["apo_zero"] = new(t => Ops.Add(Ops.Scale(t.A, -t.Beta).sigmoid(), Ops.Scale(t.D, t.Beta).sigmoid())),
        // σ(βa) + 1 - σ(β (a - d))
        ["apo_down"] = new(t => Ops.Add(Ops.Scale(t.A, t.Beta).sigmoid(), t.U.neg().sigmoid())),
        // σ(u) (ln σ(u) - ln(1 - ε)) + σ(-u) (ln σ(-u) - ln ε)              EXO: Ji et al., ICML 2024, equation 16
        ["exo_pair"] = new(Exo, Smooths: true),
        // smoothed sp of the differences of sorted ln π+ - ln π- and their references   AOT: Melnyk et al., NeurIPS 2024
        ["aot"] = new(t =>
            Smoothed(Ops.Scale(Ops.Subtract(Sorted(Ops.Subtract(t.Chosen, t.Rejected)), Sorted(Ops.Subtract(t.ReferenceChosen, t.ReferenceRejected))), t.Beta),
            t.Epsilon), Smooths: true),
        // the same of sorted a and sorted d
        ["aot_unpaired"] = new(t => Smoothed(Ops.Scale(Ops.Subtract(Sorted(t.A), Sorted(t.D)), t.Beta), t.Epsilon), Smooths: true),
        // (1 - σ(u / τ)) sp(-u) + σ(u / τ) e^-u                             DiscoPOP: Lu et al., NeurIPS 2024
        ["discopop"] = new(DiscoPop),
        // sp(-β (f(a) - f(d))), f(x) = 1 - e^-x                             f-DPO: Wang et al., ICLR 2024
        ["forward_kl"] = new(t => SoftPlus(Ops.Scale(Ops.Subtract(t.A.neg().exp(), t.D.neg().exp()), t.Beta))),
        // f(x) = ln 2 + ln σ(x)
        ["js"] = new(t => SoftPlus(Ops.Scale(Ops.Subtract(SoftPlus(t.D.neg()), SoftPlus(t.A.neg())), -t.Beta))),
    };

    /// <summary>SimPO: Meng et al., NeurIPS 2024, equation 6: z = β (ln π+ / n+ - ln π- / n-) - γ, smoothed sp(-z).</summary>
    public static PreferenceLoss Simpo { get; } =
        new(t => Smoothed(Ops.Shift(Ops.Scale(Ops.Subtract(t.ChosenMean, t.RejectedMean), t.Beta), -t.Margin), t.Epsilon), NeedsReference: false,
        Smooths: true);

    /// <summary>CPO: Xu et al., ICML 2024: smoothed sp(-β (ln π+ - ln π-)), beside the cross-entropy of the chosen answer.</summary>
    public static PreferenceLoss Cpo { get; } =
        new(t => Smoothed(Ops.Scale(Ops.Subtract(t.Chosen, t.Rejected), t.Beta), t.Epsilon), NeedsReference: false, Smooths: true);

    /// <summary>ORPO: Hong et al., EMNLP 2024, equation 6: β sp(-(ln odds+ - ln odds-)) with odds = p / (1 - p) of the mean log-probability, beside the
    /// cross-entropy of the chosen answer.</summary>
    public static PreferenceLoss Orpo { get; } =
        new(t => Ops.Scale(SoftPlus(Ops.Subtract(LogOdds(t.RejectedMean), LogOdds(t.ChosenMean))), t.Beta), NeedsReference: false);

    /// <summary>ln(1 + e^x), stable for any x.</summary>
    internal static Tensor SoftPlus(Tensor x) => nn.functional.logsigmoid(x.neg()).neg();

    private static Tensor Smoothed(Tensor u, double epsilon) =>
        epsilon == 0 ? SoftPlus(u.neg()) : Ops.Add(Ops.Scale(SoftPlus(u.neg()), 1 - epsilon), Ops.Scale(SoftPlus(u), epsilon));

    // ln p - ln(1 - p)
    private static Tensor LogOdds(Tensor mean) => Ops.Subtract(mean, mean.exp().neg().log1p());

    private static Tensor Sorted(Tensor x) => x.sort(0).Values;

    private static Tensor Exo(PreferenceTerms t)
    {
        double epsilon = Math.Max(t.Epsilon, LeastExoSmoothing);
        Tensor Part(Tensor u, double target) => u.sigmoid().mul(Ops.Shift(nn.functional.logsigmoid(u), -Math.Log(target)));
        return Ops.Add(Part(t.U, 1 - epsilon), Part(t.U.neg(), epsilon));
    }

    private static Tensor DiscoPop(PreferenceTerms t)
    {
        Tensor share = Ops.Scale(t.U, 1 / DiscoPopTemperature).sigmoid();
        return Ops.Add(SoftPlus(t.U.neg()).mul(Ops.Shift(share.neg(), 1)), t.U.neg().exp().mul(share));
    }
}
