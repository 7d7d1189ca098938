namespace Palimpsest.Data.Gguf;

/// <summary>How the rotary embedding is stretched, from the keys <c>llama.rope.scaling.*</c>.</summary>
/// <param name="Type"><c>linear</c>, <c>yarn</c> or <c>longrope</c>; <c>llama3</c> stands in the file only as divisors.</param>
/// <param name="Factor">By how much.</param>
/// <param name="OriginalContextLength">Positions of the model before it was stretched, if the file says so.</param>
/// <param name="AttentionFactor">What attention is scaled with, if the file says so.</param>
/// <param name="BetaFast">YaRN's upper bound of rotations, if the file says so; 32 is usual.</param>
/// <param name="BetaSlow">YaRN's lower bound of rotations, if the file says so; 1 is usual.</param>
public sealed record GgufRopeScaling(string Type, double Factor, int? OriginalContextLength, double? AttentionFactor, double? BetaFast, double? BetaSlow);
