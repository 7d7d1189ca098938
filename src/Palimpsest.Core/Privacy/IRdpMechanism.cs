namespace Palimpsest.Privacy;

/// <summary>A randomised release whose Rényi differential privacy is known.</summary>
public interface IRdpMechanism
{
    /// <summary>RDP(α) of one release, at each order.</summary>
    /// <param name="orders">Orders, each above 1.</param>
    /// <returns>One value an order, infinite where there is no bound.</returns>
    double[] Rdp(IReadOnlyList<double> orders);
}
