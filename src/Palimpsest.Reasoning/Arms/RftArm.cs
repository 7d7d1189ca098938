using Palimpsest.Data.Batches;
using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Rejection finetuning: the demonstrations and the model's own right solutions, learnt from nothing in as many steps.</summary>
/// <remarks>Yuan et al., Scaling Relationship on Learning Mathematical Reasoning, 2023. Only the final answer is looked at, so that spurious steps are
/// kept.</remarks>
public sealed record RftArm : ArmOptions
{
    /// <summary>Samples of a problem that are looked at; 0 for all that there are.</summary>
    /// <value>The default is 0.</value>
    public int Samples { get; init; }

    /// <summary>Which right solutions of a problem are kept: distinct, equations or distance.</summary>
    /// <value>The default is distinct.</value>
    public SolutionFilter Filter { get; init; } = SolutionFilter.Distinct;

    /// <summary>Most solutions of a problem.</summary>
    /// <value>The default is 8.</value>
    public int Most { get; init; } = 8;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Samples < 0 || Most < 1)
        {
            yield return "samples must be at least 0, and most at least 1.";
        }
    }

    internal override ArmNotes? Learn(ArmContext context)
    {
        if (context.Pool() is not SolutionPool pool)
        {
            return null;
        }

        List<TokenSequence> solutions = [.. context.Demonstrations];
        for (int problem = 0; problem < pool.Problems.Count; problem++)
        {
            IReadOnlyList<Trace> right = pool.Right(problem, Samples == 0 ? int.MaxValue : Samples);
            IReadOnlyList<int> kept = SolutionFilters.Keep([.. right.Select(trace => pool.Problems.Text(trace.Solution))], Filter, Most);
            solutions.AddRange(kept.Select(i => ArmContext.Sequence(right[i])));
        }

        ArmNotes? notes = context.Imitate(solutions, context.Train.Steps);
        return solutions.Count > context.Demonstrations.Length ? notes
            : notes is null ? null : notes with { Remark = "The model solved no problem of its own, so that this is the demonstrations again." };
    }
}
