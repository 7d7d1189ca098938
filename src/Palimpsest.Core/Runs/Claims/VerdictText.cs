namespace Palimpsest.Runs.Claims;

/// <summary>Verdicts in words.</summary>
public static class VerdictText
{
    /// <summary>A verdict as reports and the terminal say it, such as "not reproduced".</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such verdict.</exception>
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Reproduced => "reproduced",
        Verdict.Partly => "partly reproduced",
        Verdict.NotReproduced => "not reproduced",
        Verdict.Inconclusive => "inconclusive",
        Verdict.Modelled => "modelled, not measured",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "This verdict has no words."),
    };
}
