namespace Palimpsest.Reasoning.Verifiers;

/// <summary>The last line of a solution that is not blank, compared letter by letter.</summary>
public sealed record ExactVerifier : VerifierOptions
{
    /// <inheritdoc/>
    public override IVerifier Create() => new ExtractingVerifier("The last line counts, letter by letter.", AnswerEquality.Text, LastLine);

    internal static string? LastLine(string solution) => solution.Split('\n').LastOrDefault(line => !string.IsNullOrWhiteSpace(line));
}
