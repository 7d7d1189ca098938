namespace Palimpsest.Runs;

/// <summary>Verdicts in words.</summary>
public static class VerdictText
{
    /// <summary>"reproduced", "partly", "not reproduced", "inconclusive" or "modelled".</summary>
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Reproduced => "reproduced",
        Verdict.Partly => "partly",
        Verdict.NotReproduced => "not reproduced",
        Verdict.Modelled => "modelled",
        _ => "inconclusive",
    };
}
