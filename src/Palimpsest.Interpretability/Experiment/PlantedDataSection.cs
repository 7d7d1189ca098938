using Palimpsest.Common;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Documents of rows x = Σ c g, made of general directions and of some that fire only in the domain's documents.</summary>
public sealed record PlantedDataSection : IValidated
{
    /// <summary>Width of a row.</summary>
    /// <value>The default is 64.</value>
    public int Width { get; init; } = 64;

    /// <summary>Directions that fire everywhere, the r-th one with a probability that falls from 0.1 to 0.001 like 1/r.</summary>
    /// <value>The default is 448.</value>
    public int General { get; init; } = 448;

    /// <summary>Directions that fire in the domain alone: over all documents the r-th with a probability that falls from 0.01 to 0.0001 like 1/r.</summary>
    /// <value>The default is 64.</value>
    public int Domain { get; init; } = 64;

    /// <summary>Documents.</summary>
    /// <value>The default is 8,000.</value>
    public int Documents { get; init; } = 8000;

    /// <summary>Rows of a document.</summary>
    /// <value>The default is 32.</value>
    public int Rows { get; init; } = 32;

    /// <summary>Share of the documents that belong to the domain.</summary>
    /// <value>The default is 0.005.</value>
    public double DomainShare { get; init; } = 0.005;

    /// <summary>Seed documents.</summary>
    /// <value>The default is 20.</value>
    public int Seeds { get; init; } = 20;

    /// <summary>Rows of the domain, and as many general ones, to measure on.</summary>
    /// <value>The default is 8,192.</value>
    public int Test { get; init; } = 8192;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Width < 2 || General < 1 || Domain < 3 || Documents < 100 || Rows < 1 || DomainShare is not (> 0 and < 1) || Seeds < 2 || Test < 100)
        {
            yield return "width and seeds must be at least 2, general and rows at least 1, domain at least 3, documents and test at least 100, domain_share "
                + "in (0, 1).";
        }
    }
}
