namespace Palimpsest.Privacy;

/// <summary>Flat clipping: the whole contribution of a unit, as one vector, is scaled down to a largest norm.</summary>
public static class Clipping
{
    /// <summary>‖x‖₂, summed in 64 bits.</summary>
    /// <param name="vector">All that a unit contributes; a tied weight is in it once.</param>
    public static double Norm(ReadOnlySpan<float> vector)
    {
        double sum = 0;
        foreach (float value in vector)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>min(1, C / norm); 0 for a norm that is not finite, since such a contribution has no bounded place in a sum.</summary>
    /// <param name="norm">At least 0.</param>
    /// <param name="clip">C, above 0.</param>
    public static double Scale(double norm, double clip) => !double.IsFinite(norm) ? 0 : norm <= clip ? 1 : clip / norm;
}
