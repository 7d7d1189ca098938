using System.Globalization;
using System.Numerics;

namespace Palimpsest.Metrics.Algebra;

/// <summary>A sum of monomials with exact coefficients: the normal form of expressions. Two sums of the same value written with +, -, *, whole powers and roots of whole numbers are equal.</summary>
/// <remarks>Roots of whole numbers become powers of primes, <c>i^2</c> becomes -1. What has no such form, such as a fraction by a sum, is a factor of its own, named by its text.</remarks>
internal sealed class Sum
{
    private const int MostTerms = 400;
    private const int LargestPower = 20;

    // Trial division up to here; what is left is taken for prime, which only matters for roots.
    private const int LargestDivisor = 10_000;
    private readonly Dictionary<Monomial, Rational> _terms;

    private Sum(Dictionary<Monomial, Rational> terms) =>
        _terms = terms.Count <= MostTerms ? terms : throw new FormatException("the expression is too long");

    public static Sum Infinity { get; } = Symbol("\\infty");

    public bool IsZero => _terms.Count == 0;

    public Monomial? Single => _terms.Count == 1 ? _terms.First().Key : null;

    public static Sum Number(Rational value) => value == 0 ? new([]) : new(new() { [Monomial.One] = value });

    public static Sum Symbol(string name) => new(new() { [Monomial.Of([(name, 1)])] = 1 });

    /// <summary>The number, if it is one.</summary>
    public Rational? AsNumber() => IsZero ? 0 : _terms.Count == 1 && _terms.TryGetValue(Monomial.One, out Rational value) ? value : null;

    public static Sum operator +(Sum left, Sum right) => Collect(left._terms.Concat(right._terms).Select(term => (term.Key, term.Value)));

    public static Sum operator *(Sum left, Sum right) =>
        left._terms.Count * right._terms.Count <= MostTerms * 10
            ? Collect(left._terms.SelectMany(a => right._terms.Select(b => Reduce(a.Value * b.Value, a.Key.Factors.Concat(b.Key.Factors)))))
            : throw new FormatException("the expression is too long");

    public Sum Negate() => this * Number(-1);

    /// <summary>This sum to a power.</summary>
    public Sum Power(Rational exponent)
    {
        if (IsZero)
        {
            return exponent.Numerator.Sign > 0 ? this : throw new FormatException("zero has no such power");
        }

        if (_terms.Count == 1)
        {
            (Monomial key, Rational value) = _terms.First();
            return NumberPower(value, exponent) * Collect([Reduce(1, key.Factors.Select(factor => (factor.Name, factor.Exponent * exponent)))]);
        }

        if (!exponent.IsInteger || exponent.Numerator < 0)
        {
            // 1/(2x+2) and 1/2 * 1/(x+1) are one: the factor is the sum with the first coefficient 1.
            Rational first = _terms.OrderBy(term => term.Key.ToString(), StringComparer.Ordinal).First().Value;
            first = first.Numerator.Sign < 0 && !exponent.IsInteger ? first * -1 : first;
            return NumberPower(first, exponent) * new Sum(new() { [Monomial.Of([($"({this * Number(1 / first)})", exponent)])] = 1 });
        }

        Sum result = Number(1);
        for (int i = exponent.Numerator <= LargestPower ? (int)exponent.Numerator : throw new FormatException("a power is too large"); i > 0; i--)
        {
            result *= this;
        }

        return result;
    }

    /// <summary>The sum with a symbol left out of every product, as if it were 1.</summary>
    public Sum Without(string name) => Collect(_terms.Select(term => (Monomial.Of(term.Key.Factors.Where(factor => factor.Name != name)), term.Value)));

    /// <summary>The value, if nothing in it is unknown.</summary>
    public double? Value()
    {
        double sum = 0;
        foreach ((Monomial key, Rational coefficient) in _terms)
        {
            double product = coefficient.ToDouble();
            foreach ((string name, Rational exponent) in key.Factors)
            {
                if ((name == "\\pi" ? Math.PI : name == "e" ? Math.E : double.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out double prime) ? prime : (double?)null) is not double known)
                {
                    return null;
                }

                product *= Math.Pow(known, exponent.ToDouble());
            }

            sum += product;
        }

        return sum;
    }

    public override string ToString() => string.Join(" + ", _terms.Select(term => $"{term.Value} {term.Key}").Order(StringComparer.Ordinal));

    private static Sum Collect(IEnumerable<(Monomial Key, Rational Value)> terms)
    {
        Dictionary<Monomial, Rational> sum = [];
        foreach ((Monomial key, Rational value) in terms)
        {
            Rational now = sum.GetValueOrDefault(key) + value;
            if (now == 0)
            {
                sum.Remove(key);
            }
            else
            {
                sum[key] = now;
            }
        }

        return new Sum(sum);
    }

    // Whole powers of primes and of i go into the coefficient.
    private static (Monomial Key, Rational Value) Reduce(Rational coefficient, IEnumerable<(string Name, Rational Exponent)> factors)
    {
        List<(string, Rational)> kept = [];
        foreach ((string name, Rational exponent) in Monomial.Of(factors).Factors)
        {
            BigInteger whole = Floor(exponent);
            if (name == "i" && exponent.IsInteger)
            {
                int turns = (int)(((whole % 4) + 4) % 4);
                coefficient *= turns >= 2 ? -1 : 1;
                kept.Add((name, turns % 2));
            }
            else if (char.IsAsciiDigit(name[0]) && BigInteger.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger prime))
            {
                coefficient *= WholePower(new Rational(prime, 1), whole);
                kept.Add((name, exponent + new Rational(-whole, 1)));
            }
            else
            {
                kept.Add((name, exponent));
            }
        }

        return (Monomial.Of(kept), coefficient);
    }

    private static Sum NumberPower(Rational value, Rational exponent)
    {
        if (exponent.IsInteger)
        {
            return Number(WholePower(value, exponent.Numerator));
        }

        Sum sign = Number(1);
        if (value.Numerator.Sign < 0)
        {
            // Of negative numbers the square root is taken with i, and odd roots are negative.
            sign = exponent.Denominator == 2 ? Symbol("i").Power(new Rational(exponent.Numerator, 1)) : exponent.Denominator.IsEven ? throw new FormatException("a root of a negative number") : Number(exponent.Numerator.IsEven ? 1 : -1);
        }

        IEnumerable<(string Name, Rational Exponent)> Powers(BigInteger number, Rational power) => Factorize(number).Select(factor => (factor.Prime.ToString(CultureInfo.InvariantCulture), power * factor.Count));
        return sign * Collect([Reduce(1, Powers(BigInteger.Abs(value.Numerator), exponent).Concat(Powers(value.Denominator, exponent * -1)))]);
    }

    private static IEnumerable<(BigInteger Prime, int Count)> Factorize(BigInteger number)
    {
        for (int divisor = 2; divisor <= LargestDivisor && (BigInteger)divisor * divisor <= number; divisor++)
        {
            int count = 0;
            for (; (number % divisor).IsZero; number /= divisor)
            {
                count++;
            }

            if (count > 0)
            {
                yield return (divisor, count);
            }
        }

        if (number > 1)
        {
            yield return (number, 1);
        }
    }

    private static Rational WholePower(Rational value, BigInteger exponent)
    {
        long bits = Math.Max(value.Numerator.GetBitLength(), value.Denominator.GetBitLength());
        if (BigInteger.Abs(exponent) * bits > Rational.MostBits)
        {
            throw new FormatException("a power is too large");
        }

        int count = (int)BigInteger.Abs(exponent);
        Rational power = new(BigInteger.Pow(value.Numerator, count), BigInteger.Pow(value.Denominator, count));
        return exponent.Sign < 0 ? 1 / power : power;
    }

    private static BigInteger Floor(Rational value) => BigInteger.DivRem(value.Numerator, value.Denominator, out BigInteger rest) - (rest.Sign < 0 ? 1 : 0);
}
