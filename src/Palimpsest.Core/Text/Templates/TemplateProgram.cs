using System.Text.RegularExpressions;

namespace Palimpsest.Text.Templates;

/// <summary>A template that has been read and can be rendered. Immutable; safe for use by several threads.</summary>
internal sealed partial class TemplateProgram
{
    private const int MaximumLength = 1 << 20;
    private readonly IReadOnlyList<Statement> _body;
    private readonly string _name;

    /// <param name="text">The template.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="PalimpsestException">The template is malformed or uses what is not supported; the message names the line.</exception>
    public TemplateProgram(string text, string name)
    {
        _name = name;
        MarksWhatIsSaid = Marks().IsMatch(text);
        if (text.Length > MaximumLength)
        {
            throw new PalimpsestException($"{name}: the template has {text.Length} characters; the most supported are {MaximumLength}.");
        }

        try
        {
            _body = TemplateParser.Read(text);
        }
        catch (TemplateException error)
        {
            throw new PalimpsestException($"{name} line {error.Line}: {error.Message}.", error);
        }
    }

    /// <summary>Whether <c>{% generation %}</c> stands in it, found as the <c>transformers</c> library finds it.</summary>
    public bool MarksWhatIsSaid { get; }

    /// <summary>Renders the template.</summary>
    /// <param name="variables">What it sees beside the global functions.</param>
    /// <param name="now">What the clock of the template shows.</param>
    /// <param name="spans">Takes the stretches of the result that <c>{% generation %}</c> marks.</param>
    /// <exception cref="PalimpsestException">The template refuses the values, uses them wrongly, or takes too many steps.</exception>
    public string Render(IEnumerable<KeyValuePair<string, object?>> variables, DateTimeOffset now, List<Range> spans)
    {
        TemplateBudget budget = new();
        TemplateInterpreter interpreter = new(TemplateGlobals.Scope(now, budget), budget, spans);
        try
        {
            return interpreter.Render(_body, variables);
        }
        catch (TemplateException error) when (error.Raised)
        {
            throw new PalimpsestException($"{_name} refuses these messages: {error.Message}", error);
        }
        catch (InvalidOperationException error) when (error.InnerException is TemplateException inner)
        {
            // Sorting wraps what a comparison throws.
            throw new PalimpsestException($"{_name} line {interpreter.Line}: {inner.Message}.", error);
        }
        catch (TemplateException error)
        {
            throw new PalimpsestException($"{_name} line {interpreter.Line}: {error.Message}.", error);
        }
    }
    [GeneratedRegex(@"\{%-?\s*generation\s*-?%\}", RegexOptions.CultureInvariant)]
    private static partial Regex Marks();
}
