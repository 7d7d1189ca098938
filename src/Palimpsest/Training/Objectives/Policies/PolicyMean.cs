namespace Palimpsest.Training.Objectives.Policies;

/// <summary>What the sum over the tokens of answers is divided by.</summary>
public enum PolicyMean
{
    /// <summary>Sums over each answer, the mean over answers (RLOO; the theorem of advantage-weighted learning).</summary>
    Answers,

    /// <summary>The mean over the tokens of each answer, the mean of that over answers (GRPO).</summary>
    TokensOfAnswers,

    /// <summary>The mean over all tokens (DAPO).</summary>
    Tokens,

    /// <summary>Sums over each answer divided by a constant length, the mean over answers (Dr. GRPO).</summary>
    Constant,
}
