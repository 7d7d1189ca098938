using System.Text.RegularExpressions;
using Palimpsest.Metrics;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>Takes the final answer out of a solution and compares it with the right one.</summary>
/// <param name="description">What counts, in a sentence.</param>
/// <param name="equality">When answers are the same.</param>
/// <param name="extract">Finds the answer.</param>
/// <param name="worked">Finds the right answer in a worked solution, which data sets may give in its place; null where they may not.</param>
internal sealed class ExtractingVerifier(string description, AnswerEquality equality, Func<string, string?> extract, Func<string, string?>? worked = null)
    : IVerifier
{
    public string Description => description;

    public Judgement Judge(Problem problem, string solution)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(solution);
        string? answer;
        try
        {
            answer = extract(solution)?.Trim();
        }
        catch (RegexMatchTimeoutException)
        {
            return new Judgement(Verdict.Failed, null, "The pattern takes too long on this text.");
        }

        if (string.IsNullOrEmpty(answer) || Canonical(answer) is not string given)
        {
            return new Judgement(Verdict.Unreadable, null);
        }

        bool same = equality == AnswerEquality.Math ? MathAnswer.Equivalent(Reference(problem), answer) : given == Canonical(Reference(problem));
        return new Judgement(same ? Verdict.Right : Verdict.Wrong, given);
    }

    public string? ProblemOf(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return string.IsNullOrWhiteSpace(problem.Answer) ? "the answer is empty"
            : Canonical(Reference(problem)) is null ? $"the answer \"{problem.Answer}\" is no plain number" : null;
    }

    private string Reference(Problem problem) => worked?.Invoke(problem.Answer) ?? problem.Answer;

    private string? Canonical(string answer) => equality != AnswerEquality.Number ? answer.Trim() : StrictNumber.TryRead(answer, out string? number) ? number
        : null;
}
