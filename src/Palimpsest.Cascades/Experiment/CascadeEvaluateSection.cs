using Palimpsest.Common;

namespace Palimpsest.Cascades.Experiment;

/// <summary>What is measured beside the frontier.</summary>
public sealed record CascadeEvaluateSection : IValidated
{
    /// <summary>Random splits into calibration and test on which the certificate is put to the test.</summary>
    /// <value>The default is 200.</value>
    public int Splits { get; init; } = 200;

    /// <summary>The budget at which all arms are compared as well: a share of what the last tier costs.</summary>
    /// <value>The default is 0.5.</value>
    public double Budget { get; init; } = 0.5;

    /// <summary>A file of accuracies and costs that others published for the like, in the form of FrugalGPT's summaries; shown in the report, and nowhere
    /// counted.</summary>
    /// <value>The default is none.</value>
    public string? Published { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Splits is < 0 or > 100_000)
        {
            yield return "splits must be from 0 to 100,000.";
        }

        if (!(Budget > 0))
        {
            yield return "budget must be above 0, such as 0.5 of what the last tier costs.";
        }
    }
}
