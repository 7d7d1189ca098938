using System.Globalization;
using System.Text;

namespace Palimpsest.Runs.Reports;

/// <summary>Writes elements so that the page is well-formed as XML too: everything opened is closed, and text can only come in encoded.</summary>
internal sealed class HtmlWriter
{
    // Elements that share a line with their neighbours: a line end around them would show as a space, or as an empty line in fixed-width text.
    private static readonly HashSet<string> Inline = new(StringComparer.Ordinal) { "a", "code", "pre", "span", "strong", "time", "tspan", "title", "b", "dd" };

    private readonly StringBuilder _page = new();
    private readonly Stack<string> _open = new();

    /// <summary>Opens an element; attributes without a value are left out.</summary>
    public HtmlWriter Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes).Append('>');
        _open.Push(name);
        return this;
    }

    /// <summary>Closes the element that was opened last.</summary>
    public HtmlWriter Close()
    {
        _page.Append("</").Append(_open.Pop()).Append('>');
        return this;
    }

    /// <summary>An element with nothing but text in it.</summary>
    public HtmlWriter Element(string name, string text, params ReadOnlySpan<(string Name, string? Value)> attributes) => Open(name, attributes).Text(text).Close();

    /// <summary>An element that never has content: <c>meta</c> in HTML, shapes in SVG.</summary>
    public HtmlWriter Void(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes).Append("/>");
        return this;
    }

    /// <summary>Text from anywhere.</summary>
    public HtmlWriter Text(string text)
    {
        _page.Append(HtmlText.Encode(text));
        return this;
    }

    /// <summary>Constant markup, style or script of this program; never text from outside.</summary>
    public HtmlWriter Constant(string markup)
    {
        _page.Append(markup);
        return this;
    }

    /// <summary>A coordinate with one decimal.</summary>
    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture) is var text && text == "-0" ? "0" : text;

    public override string ToString() => _open.Count == 0 ? _page.ToString() : throw new InvalidOperationException($"The element {_open.Peek()} was not closed.");

    private StringBuilder Start(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        if (!Inline.Contains(name) && _page.Length > 0)
        {
            _page.Append('\n');
        }

        _page.Append('<').Append(name);
        foreach ((string attribute, string? value) in attributes)
        {
            if (value is not null)
            {
                _page.Append(' ').Append(attribute).Append("=\"").Append(HtmlText.Encode(value)).Append('"');
            }
        }

        return _page;
    }
}
