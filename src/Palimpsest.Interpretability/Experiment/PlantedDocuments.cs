using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Numerics;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Documents of a planted dictionary, each made when asked for.</summary>
internal sealed class PlantedDocuments
{
    private const double MostGeneral = 0.1, LeastGeneral = 1e-3, MostDomain = 1e-2, LeastDomain = 1e-4;

    private readonly PlantedDictionary _dictionary;
    private readonly double[] _general, _domain;
    private readonly PlantedDataSection _data;
    private readonly RandomStream _random;

    public PlantedDocuments(PlantedDataSection data, long seed)
    {
        (_data, _random) = (data, new RandomStream(seed, "planted"));
        RandomStream directions = _random.Child("directions");
        _dictionary = new PlantedDictionary((ulong)_random.Child("rows").DeriveSeed(), [.. Enumerable.Range(0, Directions)
            .Select(_ => Unit(data.Width, directions))]);
        double[] own = [.. Enumerable.Range(0, data.Domain).Select(r => Math.Min(0.5, Falling(r, MostDomain, LeastDomain) / data.DomainShare))];
        double[] all = [.. Enumerable.Range(0, data.General).Select(r => Falling(r, MostGeneral, LeastGeneral))];
        (_general, _domain) = ([.. all, .. new double[data.Domain]], [.. all, .. own]);
    }

    /// <summary>Number of directions, the general ones first.</summary>
    public int Directions => _data.General + _data.Domain;

    /// <summary>The true directions.</summary>
    public IReadOnlyList<float[]> Truth => _dictionary.Directions;

    /// <summary>Whether a document belongs to the domain.</summary>
    public bool IsDomain(int document) => _random.Child("kind", document.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .NextDouble() < _data.DomainShare;

    /// <summary>A document of the corpus.</summary>
    public ActivationBatch Document(int document) => Rows((long)document * _data.Rows, _data.Rows, IsDomain(document), document, null);

    /// <summary>Rows that are in no document of the corpus.</summary>
    /// <param name="part">Which: seeds, or what is measured on.</param>
    /// <param name="count">How many.</param>
    /// <param name="domain">Of which kind.</param>
    /// <param name="fired">Receives which directions fire, a row each; or null.</param>
    public ActivationBatch Apart(int part, int count, bool domain, List<bool[]>? fired = null) =>
        Rows(((long)_data.Documents * _data.Rows) + (part * 10_000_000L), count, domain, 0, fired);

    private ActivationBatch Rows(long first, int count, bool domain, int document, List<bool[]>? fired)
    {
        float[] values = new float[count * _data.Width];
        double[] c = new double[Directions];
        for (int row = 0; row < count; row++)
        {
            _dictionary.Row(first + row, domain ? _domain : _general, values.AsSpan(row * _data.Width, _data.Width), c);
            fired?.Add([.. c.Select(one => one > 0)]);
        }

        return new ActivationBatch(values, _data.Width, new int[count], [.. Enumerable.Repeat(document, count)]);
    }

    // most / r, but never below the least
    private static double Falling(int rank, double most, double least) => Math.Max(least, most / (rank + 1));

    private static float[] Unit(int width, RandomStream random)
    {
        float[] direction = [.. Enumerable.Range(0, width).Select(_ => (float)random.NextGaussian())];
        float length = System.Numerics.Tensors.TensorPrimitives.Norm<float>(direction);
        return [.. direction.Select(value => value / length)];
    }
}
