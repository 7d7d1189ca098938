using Palimpsest.Training.Ranks;

namespace Palimpsest.Training.Objectives;

/// <summary>The figures of a step, each a mean over what its passes reported, in the order of their first report.</summary>
public sealed class StepFigures
{
    private readonly OrderedDictionary<string, (double Sum, double Count)> _sums = [];

    /// <summary>Adds to a figure.</summary>
    public void Add(string name, double sum, double count)
    {
        (double Sum, double Count) old = _sums.GetValueOrDefault(name);
        _sums[name] = (old.Sum + sum, old.Count + count);
    }

    /// <summary>Adds up what several processes report. All must report the same names.</summary>
    internal void Sum(IRanks ranks)
    {
        string[] names = [.. _sums.Keys];
        double[] numbers = [.. names.SelectMany(name => new[] { _sums[name].Sum, _sums[name].Count })];
        ranks.Sum(numbers);
        for (int i = 0; i < names.Length; i++)
        {
            _sums[names[i]] = (numbers[2 * i], numbers[(2 * i) + 1]);
        }
    }

    /// <summary>The means; figures without items are left out.</summary>
    public IReadOnlyDictionary<string, double> Means() =>
        _sums.Where(figure => figure.Value.Count != 0).ToDictionary(figure => figure.Key, figure => figure.Value.Sum / figure.Value.Count,
            StringComparer.Ordinal);
}
