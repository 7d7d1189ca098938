namespace Palimpsest.Text.Templates;

/// <summary>A filter: a function of the value before the bar.</summary>
internal delegate object? TemplateFilter(object? value, CallArguments arguments, TemplateBudget budget);
