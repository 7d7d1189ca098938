using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <summary>The values that a function, filter, test or macro is called with.</summary>
internal sealed class CallArguments(string function, IReadOnlyList<object?> positional, IReadOnlyList<(string Name, object? Value)> named)
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyList<(string Name, object? Value)> Named => named;

    /// <summary>The value of a parameter that must be there.</summary>
    public object? this[string name] => _values.TryGetValue(name, out object? value) ? value : throw new TemplateException($"{function} needs the argument \"{name}\"");

    /// <summary>Gives the parameters their names; more values than names, or other names, are an error.</summary>
    public CallArguments Bind(params string[] names)
    {
        if (positional.Count > names.Length)
        {
            throw new TemplateException($"{function} takes at most {names.Length} arguments, not {positional.Count}");
        }

        for (int i = 0; i < positional.Count; i++)
        {
            _values[names[i]] = positional[i];
        }

        foreach ((string name, object? value) in named)
        {
            if (!names.Contains(name) || !_values.TryAdd(name, value))
            {
                throw new TemplateException($"{function} does not take the argument \"{name}\"");
            }
        }

        return this;
    }

    public object? Get(string name, object? otherwise) => _values.TryGetValue(name, out object? value) ? value : otherwise;

    public bool Has(string name) => _values.ContainsKey(name);

    public bool Flag(string name, bool otherwise) => _values.TryGetValue(name, out object? value) ? PythonOperators.IsTrue(value) : otherwise;

    public string Text(string name) => this[name] as string ?? throw Wrong(name, "a string", this[name]);

    public string? Text(string name, string? otherwise) => Get(name, otherwise) is var value && value is null ? null : value as string ?? throw Wrong(name, "a string", value);

    /// <summary>A whole number that fits into 32 bits; lengths and counts are no larger.</summary>
    public int Number(string name, int? otherwise = null) => (otherwise is int number && !Has(name) ? new BigInteger(number) : this[name]) switch
    {
        BigInteger whole when whole >= int.MinValue && whole <= int.MaxValue => (int)whole,
        bool flag => flag ? 1 : 0,
        object other => throw Wrong(name, "a whole number", other),
        null => throw Wrong(name, "a whole number", null),
    };

    private TemplateException Wrong(string name, string wanted, object? value) => value is Undefined missing ? missing.Error : new($"{function} needs {wanted} as \"{name}\", not a {PythonText.TypeName(value)}");
}
