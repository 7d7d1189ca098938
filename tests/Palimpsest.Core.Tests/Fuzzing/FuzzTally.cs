namespace Palimpsest.Tests.Fuzzing;

/// <summary>What became of the inputs of one format.</summary>
internal sealed record FuzzTally(string Format)
{
    public int Accepted { get; set; }

    public int Refused { get; set; }

    public TimeSpan Elapsed { get; set; }

    public (TimeSpan Time, int Index) Slowest { get; set; }

    public (long Bytes, int Index) Largest { get; set; }

    public List<FuzzFinding> Findings { get; } = [];

    public int Count => Accepted + Refused + Findings.Count;

    public override string ToString() =>
        $"{Format,-18} {Count,8} inputs: {Accepted,7} accepted, {Refused,7} refused, {Findings.Count,3} findings; {Count / Elapsed.TotalSeconds,7:F0}/s; slowest {Slowest.Time.TotalMilliseconds,6:F0} ms (index {Slowest.Index}); most allocated {Largest.Bytes / 1e6,6:F1} MB (index {Largest.Index})";
}
