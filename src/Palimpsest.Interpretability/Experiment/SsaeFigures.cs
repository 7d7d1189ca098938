using Palimpsest.Interpretability.Ssae;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The figures of a specialisation, as claims look at them: each the mean over the strengths of the sparsity.</summary>
internal static class SsaeFigures
{
    public static IReadOnlyList<ClaimResult> Of(SsaeRecipe recipe, SsaeResult result)
    {
        List<ClaimResult> figures = [new("model", "domain_perplexity", recipe.Seed, Math.Exp(result.Clean[0])),
            new("model", "general_perplexity", recipe.Seed, Math.Exp(result.Clean[1]))];
        SsaeArmResult[] gsae = [.. result.Arms.Where(arm => arm.Name == SsaeArms.Gsae).OrderBy(arm => arm.Domain.L0)];
        foreach (IGrouping<string, SsaeArmResult> arm in result.Arms.GroupBy(arm => arm.Name))
        {
            void Add(string metric, Func<SsaeArmResult, double> of) => figures.Add(new ClaimResult(arm.Key, metric, recipe.Seed, arm.Average(of)));

            Add("relative_perplexity", one => Math.Exp(one.Domain.CrossEntropy - AtL0(gsae, one.Domain.L0)));
            Add("domain_perplexity", one => one.Domain.Perplexity);
            Add("general_perplexity", one => one.General.Perplexity);
            Add("domain_explained_variance", one => one.Domain.ExplainedVariance);
            Add("general_explained_variance", one => one.General.ExplainedVariance);
            Add("domain_recovered", one => one.Domain.Recovered);
            Add("l0", one => one.Domain.L0);
            Add("covered", one => one.Covered.Count(covered => covered));
            Add("tail_covered", one => one.TailCovered);
            Add("tail_error", one => one.TailError[0]);
            Add("tail_error_variance", one => one.TailError[1]);
            Add("tail_error_max", one => one.TailError[2]);
            Add("token_set_f1", one => one.TokenSetF1);
            if (arm.All(one => one.Concepts.Count > 0))
            {
                Add("concepts_seen", one => one.Seen);
                Add("concept_f1", one => one.Concepts.Average(concept => concept.F1));
            }

            if (arm.All(one => one.OfDomain is not null))
            {
                Add("of_domain", one => one.OfDomain!.Value / (double)Math.Max(1, one.Documents));
            }
        }

        return figures;
    }

    /// <summary>The general autoencoders' cross-entropy on the domain at a number of active latents: between two of them by interpolation, beyond them that of
    /// the nearest one.</summary>
    public static double AtL0(IReadOnlyList<SsaeArmResult> gsae, double l0)
    {
        for (int i = 1; i < gsae.Count; i++)
        {
            (SetFigures low, SetFigures high) = (gsae[i - 1].Domain, gsae[i].Domain);
            if (l0 <= high.L0 && l0 >= low.L0 && high.L0 > low.L0)
            {
                return low.CrossEntropy + ((l0 - low.L0) / (high.L0 - low.L0) * (high.CrossEntropy - low.CrossEntropy));
            }
        }

        return gsae.MinBy(arm => Math.Abs(arm.Domain.L0 - l0))!.Domain.CrossEntropy;
    }
}
