namespace Palimpsest.Metrics.Algebra;

/// <summary>A product of powers, such as <c>2^(1/2) x^3</c>: names of symbols, roots and functions with exact exponents, in the order of their names.</summary>
internal sealed class Monomial : IEquatable<Monomial>
{
    // Names hold whole sums, and those of nested ones would grow without bound.
    private const int MostCharacters = 4_000;
    private readonly (string Name, Rational Exponent)[] _factors;
    private readonly string _key;

    private Monomial((string Name, Rational Exponent)[] factors)
    {
        _factors = factors;
        _key = string.Join(' ', factors.Select(factor => $"{factor.Name}^{factor.Exponent}"));
        if (_key.Length > MostCharacters)
        {
            throw new FormatException("the expression is too long");
        }
    }

    public static Monomial One { get; } = new([]);

    public IReadOnlyList<(string Name, Rational Exponent)> Factors => _factors;

    /// <summary>The product of powers; those of one name are added up.</summary>
    public static Monomial Of(IEnumerable<(string Name, Rational Exponent)> factors) => new(
        [.. factors.GroupBy(factor => factor.Name, StringComparer.Ordinal).Select(group => (group.Key, group.Aggregate((Rational)0, (sum, factor) => sum + factor.Exponent)))
            .Where(factor => factor.Item2 != 0).OrderBy(factor => factor.Key, StringComparer.Ordinal)]);

    public bool Equals(Monomial? other) => other is not null && _key == other._key;

    public override bool Equals(object? obj) => Equals(obj as Monomial);

    public override int GetHashCode() => _key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _key;
}
