using Palimpsest.Cascades.Certificates;
using Palimpsest.Common;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Lets small models answer where they agree, and compares that with everything else that decides who answers.</summary>
public sealed record CascadeRecipe : Recipe, IValidated
{
    /// <summary>The large model of a live cascade, and of facts the one that all members stem from; recorded answers need none.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>The questions.</summary>
    public CascadeDataSection Data { get; init; } = new();

    /// <summary>The tiers and what they have to agree in.</summary>
    public CascadeMethodSection Method { get; init; } = new();

    /// <summary>How models of a live cascade are fine-tuned.</summary>
    public CascadeTrainSection Train { get; init; } = new();

    /// <summary>How thresholds are made safe.</summary>
    public CertificateOptions Certificate { get; init; } = new();

    /// <summary>What calls cost.</summary>
    public CascadeCostSection Costs { get; init; } = new();

    /// <summary>What is measured.</summary>
    public CascadeEvaluateSection Evaluate { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Data.IsRecorded && (Model != new ModelSection() || Train != new CascadeTrainSection()))
        {
            yield return "model and train have no part where recorded answers are replayed. Leave them out, or data.file.";
        }

        int tiers = Method.Tiers.Count > 0 ? Method.Tiers.Count : 2;
        if (Costs.Hourly.Count > 0 && Costs.Hourly.Count != tiers)
        {
            yield return $"costs.hourly holds {Costs.Hourly.Count} prices, and there are {tiers} tiers. List one a tier.";
        }

        if (Model.Adapter is not null)
        {
            yield return "model.adapter: the large model is fine-tuned whole. Merge the adapter first, or leave the key out.";
        }
    }
}
