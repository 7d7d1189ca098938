namespace Palimpsest.Text.Templates;

/// <summary>The filters that follow <c>|</c>.</summary>
internal static class TemplateFilters
{
    private static readonly Dictionary<string, TemplateFilter> s_filters = TextFilters.All.Concat(ListFilters.All).Concat(NumberFilters.All).ToDictionary(StringComparer.Ordinal);

    public static string Names => string.Join(", ", s_filters.Keys.Order(StringComparer.Ordinal));

    public static bool Has(string name) => s_filters.ContainsKey(name);

    public static object? Apply(string name, object? value, CallArguments arguments, TemplateBudget budget)
    {
        budget.Step();
        if (value is string text)
        {
            budget.Charge(text.Length);
        }

        return s_filters.TryGetValue(name, out TemplateFilter? filter) ? filter(value, arguments, budget) : throw new TemplateException($"the filter \"{name}\" is not supported; supported: {Names}");
    }
}
