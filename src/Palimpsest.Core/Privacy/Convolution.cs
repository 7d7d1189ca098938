using System.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace Palimpsest.Privacy;

/// <summary>Convolutions of distributions on a grid, by fast Fourier transform.</summary>
internal static class Convolution
{
    // Mass that may lie outside of the window; whoever uses the result counts it as an infinite loss.
    private const double TailMass = 1e-15;
    private const int ChernoffOrders = 20;

    /// <summary>The sum of independent values.</summary>
    public static double[] Of(double[] a, double[] b)
    {
        int count = a.Length + b.Length - 1, length = Length(count);
        Complex[] first = Transform(a, length), second = Transform(b, length);
        for (int i = 0; i < length; i++)
        {
            first[i] *= second[i];
        }

        return Back(first, 0, count);
    }

    /// <summary>The sum of several independent values with the same distribution.</summary>
    /// <param name="masses">Probabilities of 0, 1, 2, ...</param>
    /// <param name="times">Values, at least 1.</param>
    /// <param name="most">How long the result may be.</param>
    /// <returns>Probabilities, the value of the first of them and the mass that may be missing; null if there are more.</returns>
    public static (double[] Masses, long Offset, double Tail)? Power(double[] masses, long times, int most)
    {
        (long lower, long upper) = Window(masses, times);
        if (upper - lower >= most)
        {
            return null;
        }

        int count = (int)(upper - lower) + 1, length = Length(Math.Max(count, masses.Length));
        Complex[] transform = Transform(masses, length);

        // Real numbers have a symmetric transform.
        for (int i = 0; i <= length / 2; i++)
        {
            transform[i] = Power(transform[i], times);
        }

        for (int i = (length / 2) + 1; i < length; i++)
        {
            transform[i] = Complex.Conjugate(transform[length - i]);
        }

        // What the transform wraps around stands at its place modulo the length.
        return (Back(transform, lower, count), lower, TailMass);
    }

    // Chernoff: P(sum >= b) <= M(t)^T e^(-tb), for twenty orders t on either side; half of the tail mass each.
    private static (long Lower, long Upper) Window(double[] masses, long times)
    {
        double[] up = new double[ChernoffOrders], down = new double[ChernoffOrders];
        for (int i = 0; i < masses.Length; i++)
        {
            double step = Math.Exp(i / (double)masses.Length), back = 1 / step, power = masses[i], inverse = masses[i];
            for (int k = 0; k < ChernoffOrders; k++)
            {
                up[k] += power *= step;
                down[k] += inverse *= back;
            }
        }

        double lower = 0, upper = (masses.Length - 1) * (double)times, margin = Math.Log(2 / TailMass);
        for (int k = 0; k < ChernoffOrders; k++)
        {
            double order = (k + 1) / (double)masses.Length;
            upper = Math.Min(upper, Math.Ceiling(((times * Math.Log(up[k])) + margin) / order));
            lower = Math.Max(lower, Math.Floor(-((times * Math.Log(down[k])) + margin) / order));
        }

        return ((long)lower, (long)upper);
    }

    private static int Length(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)count);

    private static Complex[] Transform(double[] values, int length)
    {
        Complex[] transform = new Complex[length];
        for (int i = 0; i < values.Length; i++)
        {
            transform[i] = values[i];
        }

        Fourier.Forward(transform, FourierOptions.AsymmetricScaling);
        return transform;
    }

    private static double[] Back(Complex[] transform, long from, int count)
    {
        Fourier.Inverse(transform, FourierOptions.AsymmetricScaling);
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = Math.Max(0, transform[(from + i) & (transform.Length - 1)].Real);
        }

        return values;
    }

    // Squarings take a tenth of the time of the polar form; on the way to nothing they would pass through slow subnormal numbers.
    private static Complex Power(Complex value, long exponent)
    {
        if (exponent * Math.Log((value.Real * value.Real) + (value.Imaginary * value.Imaginary)) < -200)
        {
            return Complex.Zero;
        }

        Complex result = Complex.One;
        for (; exponent > 0; exponent >>= 1, value *= value)
        {
            result = (exponent & 1) == 1 ? result * value : result;
        }

        return result;
    }
}
