using Palimpsest.Cascades.Costs;
using Palimpsest.Common;

namespace Palimpsest.Cascades.Experiment;

/// <summary>What calls cost. Prices are the user's: there are none by default, since they change by the week.</summary>
public sealed record CascadeCostSection : IValidated
{
    /// <summary>What costs are counted in: calls, operations, money or seconds.</summary>
    /// <value>The default is money where it is known, then operations, then calls.</value>
    public CostUnit? Unit { get; init; }

    /// <summary>Price of each system's calls, by the call or by a million tokens.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, CallPrice> Prices { get; init; } = new Dictionary<string, CallPrice>();

    /// <summary>A file of prices (<see cref="PriceTable"/>) in the place of <see cref="Prices"/>; models that nobody asks may stand in it.</summary>
    /// <value>The default is none.</value>
    public string? Table { get; init; }

    /// <summary>Price of an hour of the machine that each tier runs on, for the rental scenario.</summary>
    /// <value>The default is none, and no such scenario.</value>
    public IReadOnlyList<double> Hourly { get; init; } = [];

    /// <summary>Delays there and back between device and cloud, in seconds.</summary>
    /// <value>The default is 1e-6, 0.01, 0.1 and 1.</value>
    public IReadOnlyList<double> Delays { get; init; } = EdgeCloud.Delays;

    /// <summary>Bytes a second between device and cloud.</summary>
    /// <value>The default is 1,250,000: ten megabits.</value>
    public double Bandwidth { get; init; } = 1.25e6;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Unit is not (null or CostUnit.Money) && (Prices.Count > 0 || Table is not null))
        {
            yield return "prices and table belong to unit: money. Leave one of them out.";
        }

        if (Prices.Count > 0 && Table is not null)
        {
            yield return "prices and table are two lists of the same. Leave one of them out.";
        }

        if (Hourly.Any(price => !(price >= 0)) || Delays.Any(delay => !(delay >= 0)) || !(Bandwidth > 0))
        {
            yield return "hourly and delays must be at least 0, and bandwidth above 0.";
        }
    }
}
