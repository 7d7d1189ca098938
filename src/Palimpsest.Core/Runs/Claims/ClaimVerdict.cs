using Palimpsest.Numerics;

namespace Palimpsest.Runs.Claims;

/// <summary>A claim with the verdict on it.</summary>
/// <param name="Claim">The claim, its rule included.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Figure">The figure that the rule looks at, with its interval over seeds; null if there are no results for it.</param>
/// <param name="Seeds">Number of seeds behind it.</param>
/// <param name="Reason">The verdict in a sentence.</param>
public sealed record ClaimVerdict(Claim Claim, Verdict Verdict, Interval? Figure, int Seeds, string Reason);
