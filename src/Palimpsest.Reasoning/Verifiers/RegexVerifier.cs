using System.Text.RegularExpressions;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>What a regular expression finds last in a solution: its group <c>answer</c>, or the whole of it.</summary>
public sealed record RegexVerifier : VerifierOptions
{
    /// <summary>The expression, in .NET's form; <c>(?&lt;answer&gt;...)</c> marks the answer.</summary>
    public required string Pattern { get; init; }

    /// <summary>How what is found is compared with the right answer: text, number or math.</summary>
    /// <value>The default is text.</value>
    public AnswerEquality Equality { get; init; } = AnswerEquality.Text;

    /// <summary>Longest time for one solution in seconds; above that the verifier counts as failed on it.</summary>
    /// <value>The default is 1.</value>
    public double Seconds { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Seconds is not (> 0 and <= 3600))
        {
            yield return "seconds must be above 0 and at most 3600.";
        }

        if (Fault() is string fault)
        {
            yield return $"pattern is no regular expression: {fault}";
        }
    }

    /// <inheritdoc/>
    public override IVerifier Create()
    {
        Regex regex = new(Pattern, RegexOptions.CultureInvariant | RegexOptions.Multiline, TimeSpan.FromSeconds(Seconds));
        return new ExtractingVerifier($"What /{Pattern}/ finds last counts.", Equality, solution =>
            regex.Matches(solution).LastOrDefault() is not Match match ? null
            : match.Groups["answer"] is { Success: true } answer ? answer.Value : match.Value);
    }

    private string? Fault()
    {
        try
        {
            _ = new Regex(Pattern);
            return null;
        }
        catch (ArgumentException problem)
        {
            return problem.Message;
        }
    }
}
