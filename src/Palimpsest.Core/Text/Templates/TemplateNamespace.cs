namespace Palimpsest.Text.Templates;

/// <summary>The one thing whose fields a template may set, also from inside a loop.</summary>
internal sealed class TemplateNamespace
{
    public Dictionary<string, object?> Fields { get; } = new(StringComparer.Ordinal);
}
