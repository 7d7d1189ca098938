using System.Globalization;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What the report of a specialisation says.</summary>
internal static class SsaeReport
{
    private static readonly string[] s_drawn = [SsaeArms.Gsae, SsaeArms.General, "bm25", "dense", "dense-tracin", "dense+ess", SsaeArms.Oracle];

    public static Report Of(SsaeRecipe recipe, SsaeResult result)
    {
        double sparsity = result.Arms[^1].Sparsity;
        SsaeArmResult? Arm(string name) => result.Arms.LastOrDefault(arm => arm.Name == name && arm.Sparsity == sparsity);
        SsaeArmResult gsae = Arm(SsaeArms.Gsae)!;
        SsaeArmResult special = Arm(recipe.Method.TiltOn) ?? result.Arms[^1];
        return new Report
        {
            Title = $"Specialised autoencoder: {result.Subject}",
            Lead = Say($"A general autoencoder of {result.Sizes[1]:N0} latents at {recipe.Method.Hook}, trained on {result.Tokens:N0} tokens, and what ")
                + Say($"{recipe.Finetune.Steps} steps on a ")
                + "domain's passages make of it. All figures are on texts that were never trained on.",
            Figures = [.. Headline(result, gsae, special)],
            Sections =
            [
                new ReportSection("Arms", [Table(result, gsae), .. Notes(recipe, result)]),
                .. result.Rare.Count == 0 ? Array.Empty<ReportSection>() : [new ReportSection("What only the specialised one sees", [Rare(result)])],
                new ReportSection("Rare tokens", [Coverage(result, sparsity),
                    new ReportParagraph("Counts are not divided by each autoencoder's own total: one that covers fewer tokens lies lower.")]),
                .. result.Arms.Select(arm => arm.Sparsity).Distinct().Count() < 2 ? Array.Empty<ReportSection>()
                : [new ReportSection("Pareto", [Pareto(result)])],
                .. gsae.Concepts.Count == 0 ? Array.Empty<ReportSection>() : [new ReportSection("Concepts", [Concepts(gsae, special)])],
            ],
        };
    }

    private static IEnumerable<ReportFigure> Headline(SsaeResult result, SsaeArmResult gsae, SsaeArmResult special)
    {
        if (gsae.Concepts.Count > 0)
        {
            yield return new ReportFigure("rare concepts seen", Say($"{gsae.Seen} → {special.Seen}"),
                Say($"of {gsae.Concepts.Count} with a latent of F1 ≥ {ConceptFinding.Seen} on other documents"));
        }

        yield return new ReportFigure("perplexity on the domain", Say($"{gsae.Domain.Perplexity:F2} → {special.Domain.Perplexity:F2}"),
            Say($"with the reconstruction in place; the model itself {Math.Exp(result.Clean[0]):F2}; latents a token {gsae.Domain.L0:F1} → ")
                + Say($"{special.Domain.L0:F1}"));
        yield return new ReportFigure("perplexity in general", Say($"{gsae.General.Perplexity:F2} → {special.General.Perplexity:F2}"),
            Say($"the model itself {Math.Exp(result.Clean[1]):F2}: the price"));
        yield return new ReportFigure("variance of the domain explained",
            Say($"{100 * gsae.Domain.ExplainedVariance:F1}% → {100 * special.Domain.ExplainedVariance:F1}%"),
            Say($"in general {100 * gsae.General.ExplainedVariance:F1}% → {100 * special.General.ExplainedVariance:F1}%"));
        yield return new ReportFigure("rare token types covered", Say($"{gsae.TailCovered} → {special.TailCovered}"),
            Say($"of the rarer {gsae.Covered.Count / 2} of {gsae.Covered.Count}"));
        if (special.OfDomain is int right)
        {
            yield return new ReportFigure("passages of the domain among those found", Say($"{100.0 * right / special.Documents:F0}%"),
                Say($"{right} of {special.Documents}, seeds included"));
        }
    }

    private static ReportTable Table(SsaeResult result, SsaeArmResult gsae) => new(
        ["arm", "strength", "documents", "of the domain", "latents a token", "perplexity: domain", "in general", "variance: domain", "in general", "rare types",
            "concepts seen",
            "worst rare error", "token-set F1", "dead on the domain"],
        [
            .. result.Arms.Select(arm => (IReadOnlyList<string>)
            [
                arm.Name, Say($"{arm.Sparsity:G4}"), arm.Name == gsae.Name ? "" : Say($"{arm.Documents:N0}"), arm.Name == gsae.Name || arm.OfDomain is null
                    ? "" : Say($"{arm.OfDomain:N0}"),
                Say($"{arm.Domain.L0:F1}"), Say($"{arm.Domain.Perplexity:F2}"), Say($"{arm.General.Perplexity:F2}"),
                    Say($"{100 * arm.Domain.ExplainedVariance:F1}%"),
                Say($"{100 * arm.General.ExplainedVariance:F1}%"), Say($"{arm.TailCovered}"), arm.Concepts.Count == 0 ? "" : Say($"{arm.Seen}"),
                    Say($"{arm.TailError[2]:F3}"),
                Say($"{arm.TokenSetF1:F3}"), Say($"{arm.Domain.Dead}"),
            ]),
        ],
        "Every arm has the same number of steps and tokens a step. Perplexity with the reconstruction in the place of the activations.");

    private static IEnumerable<ReportBlock> Notes(SsaeRecipe recipe, SsaeResult result)
    {
        yield return new ReportParagraph("gsae: the general autoencoder as it is; general: trained on with general text, the control of compute; random: "
            + "random passages; seed: the seed documents alone; bm25 and dense: "
            + "retrieved passages; -tracin: ranked again by their gradients; oracle: true passages of the domain; residual: a small autoencoder for what the "
                + "general one leaves over; direct: a small one "
            + "from nothing; +name: under an estimator of tilted risk. Dense vectors are "
            + (recipe.Method.Encoder is string encoder ? $"those of the sentence encoder {encoder}" : "mean states of the model itself, a stand-in for a "
                + "sentence encoder") + ". The token-set explainer is no language model.");
        if (result.BeforeLearning is double before)
        {
            yield return new ReportParagraph(Say($"Before its {recipe.Data.LearnSteps} steps on the topics the model had a perplexity of {before:F1} on the ")
                + Say($"domain, after them {Math.Exp(result.Clean[0]):F2}: it knows the domain, ")
                + Say($"of which the general autoencoder sees only {100 * recipe.Data.RareShare:F1}% of the documents."));
        }
    }

    private static ReportTable Rare(SsaeResult result) => new(["latent", "stands for", "F1", "F1 of the general one's best latent", "where it fires most"],
        [.. result.Rare.Select(latent => (IReadOnlyList<string>)[Say($"{latent.Latent}"), latent.Name, Say($"{latent.F1:F2}"), Say($"{latent.GeneralF1:F2}"),
            latent.Example])]);

    private static ReportChart Coverage(SsaeResult result, double sparsity) =>
        new("Token types of the domain that some latent stands for, counted from the rarest on",
        "token types, from the rarest", "covered so far",
        [.. s_drawn.Select(name => result.Arms.LastOrDefault(arm => arm.Name == name && arm.Sparsity == sparsity)).OfType<SsaeArmResult>().Select(arm =>
        {
            int sum = 0;
            return new ReportLine(arm.Name, [.. arm.Covered.Select((covered, i) => ((double)i + 1, (double)(sum += covered ? 1 : 0)))]);
        })]);

    private static ReportChart Pareto(SsaeResult result) => new("Perplexity on the domain against active latents", "latents a token", "perplexity",
        [.. s_drawn.Select(name => new ReportLine(name, [.. result.Arms.Where(arm => arm.Name == name).OrderBy(arm => arm.Domain.L0)
            .Select(arm => (arm.Domain.L0, arm.Domain.Perplexity))], Marked: true))
            .Where(line => line.Points.Count > 0)]);

    private static ReportTable Concepts(SsaeArmResult gsae, SsaeArmResult special) =>
        new(["concept", "mentions", $"F1: {gsae.Name}", $"F1: {special.Name}", "latent"],
        [.. gsae.Concepts.Zip(special.Concepts).OrderBy(pair => pair.First.Mentions).Select(pair => (IReadOnlyList<string>)
            [pair.First.Concept, Say($"{pair.First.Mentions}"), Say($"{pair.First.F1:F2}"), Say($"{pair.Second.F1:F2}"), Say($"{pair.Second.Latent}")])]);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
