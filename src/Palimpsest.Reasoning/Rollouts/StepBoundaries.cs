using Palimpsest.Text;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Where steps end: behind tokens with a line end in them. Cutting goes by tokens, so that a prefix is literally the beginning of what was sampled,
/// and is never tokenised again.</summary>
/// <param name="ends">The tokens.</param>
public sealed class StepBoundaries(IReadOnlySet<int> ends)
{
    /// <summary>The tokens that end a step.</summary>
    public IReadOnlySet<int> Ends => ends;

    /// <summary>The boundaries of a tokenizer: every token whose text holds a line end.</summary>
    /// <exception cref="PalimpsestException">It has no such token.</exception>
    public static StepBoundaries Of(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        HashSet<int> ends = [.. Enumerable.Range(0, tokenizer.VocabularySize).Where(id => tokenizer.Decode([id]).Contains('\n', StringComparison.Ordinal))];
        return ends.Count > 0 ? new StepBoundaries(ends)
            : throw new PalimpsestException("This tokenizer has no token with a line end, so that solutions have no steps. Take a model that writes lines.");
    }

    /// <summary>Cuts a solution into steps.</summary>
    /// <param name="solution">Its tokens, without an end token.</param>
    /// <returns>Where each step ends: the number of tokens up to there. Empty lines belong to the step before them, and what follows the last line end is a
    /// step
    /// of its own. None for no tokens.</returns>
    public IReadOnlyList<int> Cut(ReadOnlySpan<int> solution)
    {
        List<int> cuts = [];
        bool said = false; // a step is more than line ends
        for (int i = 0; i < solution.Length; i++)
        {
            bool ending = Ends.Contains(solution[i]);
            said |= !ending;
            if (said && ending && (i + 1 == solution.Length || !Ends.Contains(solution[i + 1])))
            {
                cuts.Add(i + 1);
                said = false;
            }
        }

        if (solution.Length > 0 && (cuts.Count == 0 || cuts[^1] < solution.Length))
        {
            cuts.Add(solution.Length);
        }

        return cuts;
    }
}
