using System.Text.RegularExpressions;
using Palimpsest.Common;

namespace Palimpsest.Training.Optimizers;

/// <summary>Settings of the parameters whose names match a pattern. Of several groups that match a name the first one counts; a parameter in no group takes the optimizer's settings.</summary>
public sealed record ParameterGroup : IValidated
{
    /// <summary>A regular expression that is looked for anywhere in the name, such as <c>^model\.layers\.[01]\.</c> or <c>norm</c>; .NET's syntax without look-around and back references. A tied matrix has the embedding's name.</summary>
    public required string Match { get; init; }

    /// <summary>Factor of the learning rate, at least 0.</summary>
    /// <value>The default is 1.</value>
    public double LearningRateFactor { get; init; } = 1;

    /// <summary>Weight decay of all these parameters, norms and biases too, at least 0.</summary>
    /// <value>The default is the optimizer's.</value>
    public double? WeightDecay { get; init; }

    /// <summary>Leaves the parameters as they are; they get no gradients.</summary>
    /// <value>The default is false.</value>
    public bool Frozen { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (TryPattern(out string problem) is null)
        {
            yield return $"match \"{Match}\" is no regular expression that can be used: {problem}";
        }

        if (!(LearningRateFactor >= 0) || !double.IsFinite(LearningRateFactor))
        {
            yield return "learning_rate_factor must be a number of at least 0.";
        }

        if (WeightDecay is double decay && !(decay >= 0 && double.IsFinite(decay)))
        {
            yield return "weight_decay must be a number of at least 0.";
        }

        if (Frozen && (LearningRateFactor != 1 || WeightDecay is not null))
        {
            yield return "frozen parameters have neither a learning_rate_factor nor a weight_decay. Keep one of them.";
        }
    }

    /// <summary>The pattern.</summary>
    /// <exception cref="PalimpsestException">It is no regular expression.</exception>
    internal Regex Pattern() => TryPattern(out string problem) ?? throw new PalimpsestException($"train.groups: \"{Match}\" is no regular expression that can be used: {problem}");

    private Regex? TryPattern(out string problem)
    {
        try
        {
            // Without backtracking no pattern takes longer than its text is long.
            problem = "";
            return new Regex(Match, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            problem = error.Message;
            return null;
        }
    }
}
