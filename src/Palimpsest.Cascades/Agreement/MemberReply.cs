namespace Palimpsest.Cascades.Agreement;

/// <summary>What one model said to one question, live or recorded.</summary>
public sealed record MemberReply
{
    /// <summary>The answer as it is compared; empty for an abstention, such as text that holds no answer.</summary>
    public required string Answer { get; init; }

    /// <summary>How sure the model is of its answer, the greater the surer: a probability, or a reward.</summary>
    /// <value>The default is none.</value>
    public double? Score { get; init; }

    /// <summary>How likely it finds every label.</summary>
    /// <value>The default is none; <see cref="Score"/> then speaks for the answer alone.</value>
    public LabelProbabilities? Probabilities { get; init; }

    /// <summary>The share of the model's own checks that found its answer right, in [0, 1], as AutoMix asks for them.</summary>
    /// <value>The default is none.</value>
    public double? Verified { get; init; }

    /// <summary>What these checks took together; billed where a policy asks for them, and not where it takes the answer alone.</summary>
    /// <value>The default is none: nothing, or what is in <see cref="Usage"/> already.</value>
    public CallUsage? Checks { get; init; }

    /// <summary>What the call took; it is billed whatever became of the answer.</summary>
    public CallUsage Usage { get; init; } = new();

    /// <summary>Why there is no answer; null unless the model failed or came too late.</summary>
    public string? Failure { get; init; }

    /// <summary>A model that did not answer: it disagrees with everyone, and nothing is billed.</summary>
    /// <param name="reason">Why.</param>
    public static MemberReply Failed(string reason) => new() { Answer = "", Failure = reason, Usage = CallUsage.None };

    /// <summary>The reply of a classifier.</summary>
    /// <param name="probabilities">Of every label.</param>
    /// <param name="usage">What the call took.</param>
    public static MemberReply Of(LabelProbabilities probabilities, CallUsage usage)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        string likeliest = probabilities.Likeliest;
        return new() { Answer = likeliest, Score = probabilities.Of(likeliest), Probabilities = probabilities, Usage = usage };
    }

    /// <summary>How sure the model is of an answer. Of an answer that is not its own it may say nothing, which counts as 0.</summary>
    /// <param name="answer">Any answer.</param>
    /// <returns>Null if the model says nothing of how sure it is.</returns>
    internal double? ScoreOf(string answer) => Probabilities?.Of(answer) ?? (Answer.Length == 0 || Answer != answer ? 0 : Score);
}
