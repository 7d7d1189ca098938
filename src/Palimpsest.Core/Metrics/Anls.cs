namespace Palimpsest.Metrics;

/// <summary>Average normalised Levenshtein similarity of an answer: how close its letters are to an accepted answer, and 0 below a half.</summary>
/// <remarks>
/// <para>Biten et al., Scene Text Visual Question Answering, ICCV 2019, equation 1, over lower-cased answers without surrounding white space. Letters are code points.</para>
/// <para>The paper keeps similarities above the threshold, the official programs those that reach it; <c>strict</c> chooses the paper.</para>
/// </remarks>
public static class Anls
{
    /// <summary>The threshold of the paper and of the official programs.</summary>
    public const double Threshold = 0.5;

    /// <summary>The score of one answer; the metric is its mean over questions.</summary>
    /// <param name="prediction">The answer given; an empty one scores 0.</param>
    /// <param name="answers">The answers accepted; without any the score is 0.</param>
    /// <param name="strict">Whether a similarity of exactly <see cref="Threshold"/> counts as 0 (the paper's form).</param>
    /// <param name="squeezeSpaces">Whether inner white space is squeezed to single spaces, as the ICDAR program does.</param>
    /// <returns>0, or a number in [0.5, 1].</returns>
    /// <exception cref="PalimpsestException">An answer and the prediction are too long to compare (<see cref="Levenshtein"/>).</exception>
    public static double Score(string prediction, IEnumerable<string> answers, bool strict = false, bool squeezeSpaces = false)
    {
        ArgumentNullException.ThrowIfNull(answers);
        double best = 0;
        foreach (string answer in answers)
        {
            best = Math.Max(best, Similarity(prediction, answer, squeezeSpaces));
        }

        return best > Threshold || (best == Threshold && !strict) ? best : 0;
    }

    // 1 - d(a, b) / max(|a|, |b|)
    /// <summary>The similarity of a prediction to one answer before the threshold.</summary>
    /// <param name="prediction">The answer given.</param>
    /// <param name="answer">The answer accepted.</param>
    /// <param name="squeezeSpaces">Whether inner white space is squeezed to single spaces.</param>
    /// <returns>In [0, 1]; 0 if the prediction is empty.</returns>
    public static double Similarity(string prediction, string answer, bool squeezeSpaces = false)
    {
        List<int> given = Prepare(prediction, squeezeSpaces), wanted = Prepare(answer, squeezeSpaces);
        return given.Count == 0 ? 0 : 1 - ((double)Levenshtein.Distance<int>([.. given], [.. wanted]) / Math.Max(given.Count, wanted.Count));
    }

    private static List<int> Prepare(string text, bool squeezeSpaces)
    {
        ArgumentNullException.ThrowIfNull(text);
        string lower = PythonText.Lower(PythonText.Strip(text));
        return PythonText.ToCodePoints(squeezeSpaces ? string.Join(' ', PythonText.Split(lower)) : lower);
    }
}
