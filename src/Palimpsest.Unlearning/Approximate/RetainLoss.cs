namespace Palimpsest.Unlearning.Approximate;

/// <summary>What holds a model to the rows that are to stay.</summary>
public enum RetainLoss
{
    /// <summary>Mean cross-entropy of their answers' tokens.</summary>
    Nll,

    /// <summary>Mean KL(frozen model || model) of the distributions that predict their answers' tokens.</summary>
    Kl,

    /// <summary>Squared distance from the frozen model's activations; for RMU.</summary>
    Activations,
}
