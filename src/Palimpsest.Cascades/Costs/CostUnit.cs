namespace Palimpsest.Cascades.Costs;

/// <summary>What costs are counted in.</summary>
public enum CostUnit
{
    /// <summary>Calls, each of the same cost: what is left where nobody knows more.</summary>
    Calls,

    /// <summary>Multiplications with an addition, counted from shapes.</summary>
    Operations,

    /// <summary>Money, as recorded or by a table of prices.</summary>
    Money,

    /// <summary>Seconds of the calls, added up as if they ran one after the other.</summary>
    Seconds,
}
