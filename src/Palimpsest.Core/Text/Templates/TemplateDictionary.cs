using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <summary>A dictionary that keeps the order in which keys came. Keys are strings, numbers, booleans and None.</summary>
internal sealed class TemplateDictionary
{
    private static readonly object s_none = new();
    private static readonly object s_undefined = new();
    private readonly Dictionary<object, int> _places = [];
    private readonly List<KeyValuePair<object?, object?>> _items = [];

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items;

    public int Count => _items.Count;

    /// <summary>Sets the value of a key. A key that is there keeps its place and its form.</summary>
    public void Set(object? key, object? value)
    {
        object known = Key(key) ?? throw new TemplateException($"a {PythonText.TypeName(key)} cannot be the key of a dictionary here");
        if (_places.TryGetValue(known, out int place))
        {
            _items[place] = new(_items[place].Key, value);
            return;
        }

        _places.Add(known, _items.Count);
        _items.Add(new(key, value));
    }

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        if (Key(key) is not object known || !_places.TryGetValue(known, out int place))
        {
            return false;
        }

        value = _items[place].Value;
        return true;
    }

    // Python takes 1, 1.0 and True for the same key.
    private static object? Key(object? key) => key switch
    {
        null => s_none,
        Undefined => s_undefined,
        bool flag => flag ? BigInteger.One : BigInteger.Zero,
        double number when double.IsFinite(number) && Math.Floor(number) == number => new BigInteger(number),
        string or BigInteger or double => key,
        _ => null,
    };
}
