namespace Palimpsest.Unlearning.Relearning.Exams;

/// <summary>Names of what exams measure. All lie in [0, 1] and mean more knowledge where they are larger, but for <see cref="TargetNats"/>.</summary>
public static class RelearnMetrics
{
    /// <summary>1 where the greedy answer holds the true one, case and all: the attack success rate.</summary>
    public const string Success = "success";

    /// <summary>Probability of the true answer, normalised for its length.</summary>
    public const string Probability = "probability";

    /// <summary>Mean cross-entropy of the true answer's tokens, in nats; less is more knowledge.</summary>
    public const string TargetNats = "target_nats";

    /// <summary>1 where the true answer is the likeliest of the choices.</summary>
    public const string Choice = "choice";

    /// <summary>ROUGE-L F1 of the greedy continuation against the true one.</summary>
    public const string Rouge = "rouge_l";

    /// <summary>Share of the continuation's tokens that greedy decoding chooses after the true ones before them.</summary>
    public const string Exact = "exact_memorisation";

    /// <summary>Share of the continuation, from its end, that greedy decoding gives back.</summary>
    public const string Extraction = "extraction_strength";

    /// <summary>1 or -1: whether more of a metric is more knowledge.</summary>
    internal static double Sign(string metric) => metric == TargetNats ? -1 : 1;
}
