using Palimpsest.Data.Worlds;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Texts to look at latents with.</summary>
public static class SaeTexts
{
    private const double RareShare = 0.5;

    /// <summary>The first texts of a file, or held-out documents of the world's topics, every second of the rare domain.</summary>
    /// <param name="file">The file; null for the world.</param>
    /// <param name="most">How many at most.</param>
    /// <exception cref="PalimpsestException">The file cannot be read.</exception>
    public static IReadOnlyList<string> Of(string? file, int most)
    {
        TopicStream stream = new(11, RareShare);
        return file is null ? [.. Enumerable.Range(0, most).Select(i => stream.HeldOut(i).Text)] : [.. SsaeTexts.Read(file).Take(most)];
    }
}
