namespace Palimpsest.Privacy;

/// <summary>What a guarantee for one unit is worth to a group of them, such as all records of one person.</summary>
public static class GroupPrivacy
{
    /// <summary>(kε, δ (e^(kε) - 1) / (e^ε - 1)).</summary>
    /// <remarks>Vadhan, The Complexity of Differential Privacy (2017), lemma 2.2, with the geometric sum kept instead of bounded by k e^((k-1)ε).</remarks>
    /// <param name="epsilon">ε of one unit.</param>
    /// <param name="delta">δ of one unit.</param>
    /// <param name="size">k, at least 1.</param>
    public static (double Epsilon, double Delta) Of(double epsilon, double delta, int size)
    {
        PrivacyChecks.Epsilon(epsilon);
        PrivacyChecks.Delta(delta);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        double factor = epsilon == 0 ? size : LogSpace.Expm1(size * epsilon) / LogSpace.Expm1(epsilon);
        return (size * epsilon, Math.Min(1, delta * factor));
    }

    /// <summary>A mechanism as seen by groups of 2^c units: (α, ε) becomes (α / 2^c, 3^c ε) where α is at least 2^(c + 1).</summary>
    /// <remarks>Mironov, Rényi Differential Privacy (2017), proposition 2. The unsampled Gaussian is exactly the same with σ / k, which is tighter.</remarks>
    /// <param name="mechanism">For one unit.</param>
    /// <param name="doublings">c, at least 0.</param>
    public static IRdpMechanism Of(IRdpMechanism mechanism, int doublings)
    {
        ArgumentNullException.ThrowIfNull(mechanism);
        ArgumentOutOfRangeException.ThrowIfNegative(doublings);
        return new Group(mechanism, Math.ScaleB(1, doublings), Math.Pow(3, doublings));
    }

    private sealed record Group(IRdpMechanism One, double Size, double Factor) : IRdpMechanism
    {
        public double[] Rdp(IReadOnlyList<double> orders)
        {
            double[] one = One.Rdp([.. orders.Select(order => order * Size)]);
            return [.. one.Select((rdp, i) => Size == 1 || orders[i] >= 2 ? Factor * rdp : double.PositiveInfinity)];
        }
    }
}
