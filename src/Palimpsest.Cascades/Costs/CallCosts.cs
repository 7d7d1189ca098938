using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Recordings;

namespace Palimpsest.Cascades.Costs;

/// <summary>What each call of a recording costs in one unit. Every call of every member has its price: none is free because it ran beside another.</summary>
public sealed class CallCosts
{
    private readonly Recording _recording;
    private readonly IReadOnlyDictionary<string, CallPrice> _prices;
    private readonly string _currency = "units of money";

    /// <summary>Costs of a recording.</summary>
    /// <param name="recording">The calls.</param>
    /// <param name="unit">What they are counted in; null takes money where there are prices or every call has its sum, then operations, then calls.</param>
    /// <param name="prices">The user's prices by system; none for what was recorded.</param>
    /// <exception cref="PalimpsestException">A system or a call has no cost in the unit.</exception>
    public CallCosts(Recording recording, CostUnit? unit = null, IReadOnlyDictionary<string, CallPrice>? prices = null)
    {
        ArgumentNullException.ThrowIfNull(recording);
        (_recording, _prices) = (recording, prices ?? new Dictionary<string, CallPrice>(StringComparer.Ordinal));
        foreach (string stranger in _prices.Keys.Where(name => recording.Systems.All(system => system.Name != name)))
        {
            recording.PlaceOf(stranger);
        }

        Unit = unit ?? (_prices.Count > 0 || All(usage => usage.Money) ? CostUnit.Money : All(usage => usage.Operations) ? CostUnit.Operations
            : CostUnit.Calls);
        string[] holes = _prices.Count == 0 || Unit != CostUnit.Money ? []
            : [.. recording.Systems.Select(system => system.Name).Where(name => !_prices.ContainsKey(name))];
        if (holes.Length > 0)
        {
            throw new PalimpsestException($"The table of prices has none for {string.Join(", ", holes)}. Add them under costs.prices; a model that is free "
                + "costs 0.");
        }
    }

    /// <summary>Costs of a recording by a table of prices; it may hold further models.</summary>
    /// <param name="recording">The calls.</param>
    /// <param name="table">The table.</param>
    /// <exception cref="PalimpsestException">A system has no price in it, or a call says nothing of the tokens that it is paid by.</exception>
    public CallCosts(Recording recording, PriceTable table)
        : this(recording, CostUnit.Money, Of(recording, table)) => _currency = table?.Currency ?? _currency;

    /// <summary>What costs are counted in.</summary>
    public CostUnit Unit { get; }

    /// <summary>The unit in words.</summary>
    public string UnitName => Unit switch
    {
        CostUnit.Money => _currency,
        CostUnit.Operations => "multiply-adds",
        CostUnit.Seconds => "seconds of calls",
        _ => "calls",
    };

    /// <summary>The cost of one call.</summary>
    /// <param name="item">The question's place.</param>
    /// <param name="system">The system's place.</param>
    /// <exception cref="PalimpsestException">It is not known.</exception>
    public double Of(int item, int system) => Of(_recording.Items[item].Replies[system].Usage, item, system);

    /// <summary>The cost of one call and of the model's checks of its own answer, which are one request for several samples.</summary>
    /// <param name="item">The question's place.</param>
    /// <param name="system">The system's place.</param>
    /// <exception cref="PalimpsestException">It is not known.</exception>
    public double OfChecked(int item, int system) =>
        Of(item, system) + (_recording.Items[item].Replies[system].Checks is CallUsage checks ? Of(checks, item, system) : 0);

    private double Of(CallUsage usage, int item, int system) => Unit switch
    {
        CostUnit.Calls => 1,
        CostUnit.Operations => usage.Operations ?? throw Missing("operations", item, system),
        CostUnit.Seconds => usage.Seconds ?? throw Missing("seconds", item, system),
        _ when _prices.Count > 0 => Priced(_prices[_recording.Systems[system].Name], usage, item, system),
        _ => usage.Money ?? throw Missing("money", item, system),
    };

    private static Dictionary<string, CallPrice> Of(Recording recording, PriceTable table)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(table);
        string[] holes = [.. recording.Systems.Select(system => system.Name).Where(name => !table.Prices.ContainsKey(name))];
        return holes.Length == 0 ? recording.Systems.ToDictionary(system => system.Name, system => table.Prices[system.Name], StringComparer.Ordinal)
            : throw new PalimpsestException($"{table.Path}: has no price of {string.Join(", ", holes)}. Add a row for each; a model that is free costs 0.");
    }

    private double Priced(CallPrice price, CallUsage usage, int item, int system) => (price.Call ?? 0) + (price.Input is null ? 0
        : (((price.Input.Value * (usage.InputTokens ?? throw Missing("input_tokens", item, system)))
            + (price.Output!.Value * (usage.OutputTokens ?? throw Missing("output_tokens", item, system)))) / 1e6));

    private bool All(Func<CallUsage, double?> part) => _recording.Items.All(item => item.Replies.All(reply => part(reply.Usage) is not null));

    private PalimpsestException Missing(string what, int item, int system) => new($"{_recording.Name}: question {item + 1} says nothing of \"{what}\" for "
        + $"\"{_recording.Systems[system].Name}\", and costs are counted in {UnitName}. Record it, give a price by the call, or count calls.");
}
