namespace Palimpsest.Cascades.Agreement;

/// <summary>A call that a cascade made for a question.</summary>
/// <param name="Tier">The tier, from 0.</param>
/// <param name="Member">The member's name.</param>
/// <param name="Reply">What it said, with what the call took.</param>
public sealed record TierCall(int Tier, string Member, MemberReply Reply);
