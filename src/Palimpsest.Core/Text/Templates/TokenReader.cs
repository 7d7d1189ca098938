using System.Runtime.CompilerServices;

namespace Palimpsest.Text.Templates;

/// <summary>The tokens of a template on the way through the parsers.</summary>
internal sealed class TokenReader(List<TemplateToken> tokens)
{
    private int _at;

    public TemplateToken Current => tokens[_at];

    /// <summary>The line of the token before.</summary>
    public int PreviousLine => tokens[Math.Max(0, _at - 1)].Line;

    /// <summary>Every name met so far; a macro whose body names <c>varargs</c> takes any number of arguments.</summary>
    public HashSet<string> Names { get; private set; } = new(StringComparer.Ordinal);

    public TemplateToken Next() => tokens[_at < tokens.Count - 1 ? _at++ : _at];

    public bool Skip(string symbol)
    {
        bool found = Current.Is(symbol);
        if (found)
        {
            Next();
        }

        return found;
    }

    public bool SkipName(string name)
    {
        bool found = Current.IsName(name);
        if (found)
        {
            Next();
        }

        return found;
    }

    public void Expect(string symbol)
    {
        if (!Skip(symbol))
        {
            throw Error($"\"{symbol}\" was expected instead of {Current}");
        }
    }

    public TemplateToken Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Error($"{what} was expected instead of {Current}");

    public TemplateException Error(string message) => new(message) { Line = Current.Line };

    /// <summary>The names that a part of the template uses.</summary>
    public HashSet<string> Watch(Action read)
    {
        HashSet<string> outer = Names, inner = new(StringComparer.Ordinal);
        Names = inner;
        read();
        outer.UnionWith(inner);
        Names = outer;
        return inner;
    }

    /// <summary>Sees that the stack has room for one more level of nesting.</summary>
    public void Nest()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error("the template is nested too deeply");
        }
    }
}
