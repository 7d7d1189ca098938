using Palimpsest.Metrics;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>Whether the last line of a solution names a fact, such as one of the embedded world: the answer's words one after the other, whatever their
/// case.</summary>
public sealed record FactVerifier : VerifierOptions
{
    /// <inheritdoc/>
    public override IVerifier Create() => new Verifier();

    private sealed class Verifier : IVerifier
    {
        public string Description => "The last line has to name the answer.";

        public Judgement Judge(Problem problem, string solution) => ExactVerifier.LastLine(solution)?.Trim() is not string line
            ? new Judgement(Verdict.Unreadable, null) : new Judgement(AnswerMatch.Contains(line, [problem.Answer]) ? Verdict.Right : Verdict.Wrong, line);

        // An empty answer is contained in everything.
        public string? ProblemOf(Problem problem) => AnswerMatch.Contains("", [problem.Answer]) ? "the answer names nothing" : null;
    }
}
