using Palimpsest.Common;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Cascades.Experiment;

/// <summary>The questions: recorded ones, or biographies of the embedded world whose words are blotted out, the more the harder.</summary>
public sealed record CascadeDataSection : IValidated
{
    /// <summary>A file of recorded answers, as the page on cascades describes them.</summary>
    /// <value>The default is none: a live cascade on the world.</value>
    public string? File { get; init; }

    /// <summary>Biographies that models are trained on; for the world only.</summary>
    /// <value>The default is 1,500.</value>
    public int Train { get; init; } = 1500;

    /// <summary>Questions that scorers and routers learn from, and that best members are chosen on.</summary>
    /// <value>The default is 300.</value>
    public int Tune { get; init; } = 300;

    /// <summary>Questions that thresholds are set on.</summary>
    /// <value>The default is 100, about as many as the paper takes.</value>
    public int Calibrate { get; init; } = 100;

    /// <summary>Most questions that are counted; 0 for all others of a file.</summary>
    /// <value>The default is 5,000 of the world, and all of a file.</value>
    public int? Test { get; init; }

    /// <summary>Shares of the words that are blotted out, one level of difficulty each; for the world only.</summary>
    /// <value>The default is 0, 0.2, 0.4, 0.6 and 0.8.</value>
    public IReadOnlyList<double> Blots { get; init; } = [0, 0.2, 0.4, 0.6, 0.8];

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Train < 100 || Tune < 0 || Calibrate < 1 || Test < 0)
        {
            yield return "train must be at least 100, calibrate at least 1, and tune and test at least 0.";
        }

        if (File is null && Train + Tune + Calibrate + (Test ?? 0) > Biographies.MostCount)
        {
            yield return $"train, tune, calibrate and test together must be at most {Biographies.MostCount:N0}.";
        }

        if (Blots.Count == 0 || Blots.Any(blot => blot is not (>= 0 and < 1)))
        {
            yield return "blots must hold shares from 0 to below 1, such as [0, 0.5].";
        }
    }
}
