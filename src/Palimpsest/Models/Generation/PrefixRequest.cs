using Palimpsest.Numerics;

namespace Palimpsest.Models.Generation;

/// <summary>Continuations that are wanted of the beginning of a sequence.</summary>
/// <param name="Tag">Whatever the caller knows it by.</param>
/// <param name="Sequence">A prompt and what follows it. Requests in a row over one sequence share what is computed for it.</param>
/// <param name="Prompt">Tokens of the prompt, at least one.</param>
/// <param name="Length">Tokens of the sequence that are continued, at least those of the prompt.</param>
/// <param name="Draws">A number and the draws of each continuation.</param>
internal sealed record PrefixRequest(int Tag, int[] Sequence, int Prompt, int Length, IReadOnlyList<(int Number, RandomStream Random)> Draws);
