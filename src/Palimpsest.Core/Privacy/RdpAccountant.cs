namespace Palimpsest.Privacy;

/// <summary>Adds up the Rényi differential privacy of releases and turns it into (ε, δ).</summary>
/// <remarks>
/// Mironov, Rényi Differential Privacy (2017): RDP adds up over releases, order by order, whatever their settings. Conversion: Balle, Barthe, Gaboardi, Hsu
/// and Sato (2020), theorem 21, which is Canonne, Kamath and Steinke (2020), proposition 12: ε = RDP(α) + ln((α - 1) / α) - (ln δ + ln α) / (α - 1), the
/// least over the orders. Always an upper bound; the accountant by privacy loss distributions (<see cref="PldAccountant"/>) is tighter where it applies. Not
/// safe for use by several threads at once.
/// </remarks>
public sealed class RdpAccountant
{
    private readonly double[] _orders;
    private readonly double[] _rdp;

    // Rounds come one at a time and are alike; orders are dear.
    private (IRdpMechanism? Mechanism, double[] Rdp) _last = (null, []);

    /// <param name="orders">Orders, each above 1; <see cref="DefaultOrders"/> by default.</param>
    public RdpAccountant(IReadOnlyList<double>? orders = null)
    {
        _orders = [.. orders ?? DefaultOrders];
        _rdp = new double[_orders.Length];
    }

    /// <summary>1.1, 1.2, ..., 10.9, 11, 12, ..., 63, 128, 256, 512, 1024: those of Opacus and dp-accounting together. Small budgets need the large
    /// ones.</summary>
    public static IReadOnlyList<double> DefaultOrders { get; } =
        [.. Enumerable.Range(11, 99).Select(tenths => tenths / 10.0), .. Enumerable.Range(11, 53).Select(order => (double)order), 128, 256, 512, 1024];

    /// <summary>Adds releases.</summary>
    /// <param name="mechanism">What is released.</param>
    /// <param name="steps">How often, at least 0.</param>
    /// <exception cref="PalimpsestException">The mechanism or the number is none.</exception>
    public void Compose(IRdpMechanism mechanism, long steps = 1)
    {
        ArgumentNullException.ThrowIfNull(mechanism);
        PrivacyChecks.Steps(steps);
        if (steps == 0)
        {
            return;
        }

        _last = mechanism.Equals(_last.Mechanism) ? _last : (mechanism, mechanism.Rdp(_orders));
        for (int i = 0; i < _rdp.Length; i++)
        {
            _rdp[i] += steps * _last.Rdp[i];
        }
    }

    /// <summary>The smallest ε that is proven for δ.</summary>
    /// <param name="delta">In (0, 1).</param>
    /// <exception cref="PalimpsestException">δ is none.</exception>
    public RdpBound Epsilon(double delta)
    {
        PrivacyChecks.Delta(delta);
        (double Value, double Order) best = (double.PositiveInfinity, double.NaN);
        for (int i = 0; i < _orders.Length; i++)
        {
            double order = _orders[i], rdp = _rdp[i];

            // Total variation is at most √(1 - e^-KL), and RDP of any order is at least KL.
            if ((delta * delta) + LogSpace.Expm1(-rdp) > 0)
            {
                return Bound(0, order);
            }

            double epsilon = order > 1.01 ? rdp + LogSpace.Log1p(-1 / order) - (Math.Log(delta * order) / (order - 1)) : double.PositiveInfinity;
            if (epsilon < best.Value)
            {
                best = (epsilon, order);
            }
        }

        return Bound(Math.Max(0, best.Value), best.Order);
    }

    /// <summary>The smallest δ that is proven for ε.</summary>
    /// <param name="epsilon">At least 0.</param>
    /// <exception cref="PalimpsestException">ε is none.</exception>
    public RdpBound Delta(double epsilon)
    {
        PrivacyChecks.Epsilon(epsilon);
        (double LogDelta, double Order) best = (0, double.NaN);
        for (int i = 0; i < _orders.Length; i++)
        {
            double order = _orders[i], rdp = _rdp[i];
            double kl = 0.5 * LogSpace.Log1p(-Math.Exp(-rdp));
            double logDelta = order > 1.01 ? Math.Min(kl, ((order - 1) * (rdp - epsilon + LogSpace.Log1p(-1 / order))) - Math.Log(order)) : kl;
            if (logDelta < best.LogDelta)
            {
                best = (logDelta, order);
            }
        }

        return Bound(Math.Exp(best.LogDelta), best.Order);
    }

    /// <summary>An accountant of its own with the same releases.</summary>
    internal RdpAccountant Copy()
    {
        RdpAccountant copy = new(_orders) { _last = _last };
        _rdp.CopyTo(copy._rdp, 0);
        return copy;
    }

    private RdpBound Bound(double value, double order) => new(value, order, order == _orders[0] || order == _orders[^1]);
}
