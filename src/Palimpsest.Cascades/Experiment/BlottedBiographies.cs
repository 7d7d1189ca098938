using System.Globalization;
using Palimpsest.Data.Worlds;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Biographies of the world with words blotted out: whose profession is it? The more is blotted out, the harder.</summary>
/// <param name="Text">The biography; a blotted word is an underscore.</param>
/// <param name="Class">Place of the profession among <see cref="Biographies.Professions"/>.</param>
/// <param name="Blot">Share of the words that was to be blotted out.</param>
internal sealed record BlottedBiography(string Text, int Class, double Blot)
{
    public string Level => string.Create(CultureInfo.InvariantCulture, $"{100 * Blot:F0}% blotted out");

    /// <summary>Makes biographies, each of a level drawn by lot.</summary>
    public static IReadOnlyList<BlottedBiography> Of(long seed, int count, IReadOnlyList<double> blots, bool heldOut)
    {
        List<string> professions = [.. Biographies.Professions];
        RandomStream random = new(seed, "cascade", "blots", heldOut ? "held out" : "training");
        return [.. Biographies.Of(World.V1, seed, count, 0, professions, heldOut).Select(person =>
        {
            double blot = random.Pick(blots);
            IEnumerable<string> words = person.Text.Split(' ').Select(word => random.NextDouble() < blot ? "_" : word);
            return new BlottedBiography(string.Join(' ', words), professions.IndexOf(person.Profession), blot);
        })];
    }
}
