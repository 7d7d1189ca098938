using Palimpsest.Data;

namespace Palimpsest.Federation.Clients;

/// <summary>The classes that completions name, while examples are read through.</summary>
/// <param name="most">So many different completions are still classes.</param>
internal sealed class LabelCount(int most)
{
    private readonly Dictionary<string, int> _found = new(StringComparer.Ordinal);
    private readonly List<int> _numbers = [];

    /// <summary>The names of the classes in ordinal order; none where there are too many.</summary>
    public IReadOnlyList<string> Labels => _found.Count > most ? [] : [.. _found.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The class of each example, in the order they were seen in; none where there are too many.</summary>
    public int[] Classes
    {
        get
        {
            string[] labels = [.. Labels];
            int[] places = [.. _found.OrderBy(label => label.Value).Select(label => Array.IndexOf(labels, label.Key))];
            return labels.Length == 0 ? [] : [.. _numbers.Select(number => places[number])];
        }
    }

    /// <summary>Takes an example in.</summary>
    public void See(TextExample example)
    {
        if (_found.Count <= most)
        {
            _found.TryAdd(example.Completion, _found.Count);
            _numbers.Add(_found[example.Completion]);
        }
    }
}
