using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <summary>The tests that follow <c>is</c>.</summary>
internal static class TemplateTests
{
    private static readonly Dictionary<string, Func<object?, CallArguments, TemplateBudget, bool>> s_tests = new(StringComparer.Ordinal)
    {
        ["defined"] = (value, call, _) => None(call) && value is not Undefined,
        ["undefined"] = (value, call, _) => None(call) && value is Undefined,
        ["none"] = (value, call, _) => None(call) && value is null,
        ["string"] = (value, call, _) => None(call) && value is string,
        ["number"] = (value, call, _) => None(call) && PythonOperators.IsNumber(value),
        ["integer"] = (value, call, _) => None(call) && value is BigInteger,
        ["float"] = (value, call, _) => None(call) && value is double,
        ["boolean"] = (value, call, _) => None(call) && value is bool,
        ["true"] = (value, call, _) => None(call) && value is true,
        ["false"] = (value, call, _) => None(call) && value is false,
        ["mapping"] = (value, call, _) => None(call) && value is TemplateDictionary,
        ["iterable"] = (value, call, _) => None(call) && PythonOperators.IsIterable(value),
        ["sequence"] = (value, call, _) => None(call) && value is string or TemplateDictionary or TemplateSequence { Kind: SequenceKind.List or SequenceKind.Tuple },
        ["callable"] = (value, call, _) => None(call) && value is TemplateFunction,
        ["escaped"] = (_, call, _) => !None(call),
        ["odd"] = (value, call, budget) => None(call) && Remainder(value, 2, budget, 1),
        ["even"] = (value, call, budget) => None(call) && Remainder(value, 2, budget, 0),
        ["divisibleby"] = (value, call, budget) => PythonOperators.AreEqual(PythonOperators.Apply("%", value, call.Bind("num")["num"], budget), BigInteger.Zero, budget),
        ["lower"] = (value, call, budget) => None(call) && PythonString.IsCase(PythonText.Show(value, budget), upper: false),
        ["upper"] = (value, call, budget) => None(call) && PythonString.IsCase(PythonText.Show(value, budget), upper: true),
        ["sameas"] = (value, call, budget) => call.Bind("other")["other"] is var other && (value is null || other is null || value is TemplateSequence or TemplateDictionary
            ? ReferenceEquals(value, other) : value.GetType() == other.GetType() && PythonOperators.AreEqual(value, other, budget)),
        ["filter"] = (value, call, _) => None(call) && value is string name && TemplateFilters.Has(name),
        ["test"] = (value, call, _) => None(call) && value is string name && Has(name),
        ["in"] = (value, call, budget) => PythonOperators.Contains(call.Bind("seq")["seq"], value, budget),
    };

    static TemplateTests()
    {
        foreach ((string sign, string[] names) in ((string, string[])[])[("==", ["==", "eq", "equalto"]), ("!=", ["!=", "ne"]), ("<", ["<", "lt", "lessthan"]), ("<=", ["<=", "le"]), (">", [">", "gt", "greaterthan"]), (">=", [">=", "ge"])])
        {
            foreach (string name in names)
            {
                s_tests.Add(name, (value, call, budget) => PythonOperators.Holds(sign, value, call.Bind("other")["other"], budget));
            }
        }
    }

    public static string Names => string.Join(", ", s_tests.Keys.Where(name => char.IsLetter(name[0])).Order(StringComparer.Ordinal));

    public static bool Has(string name) => s_tests.ContainsKey(name);

    public static bool Apply(string name, object? value, CallArguments arguments, TemplateBudget budget) =>
        s_tests.TryGetValue(name, out Func<object?, CallArguments, TemplateBudget, bool>? test) ? test(value, arguments, budget) : throw new TemplateException($"the test \"{name}\" is not supported; supported: {Names}");

    private static bool None(CallArguments call) => call.Bind() is not null;

    private static bool Remainder(object? value, int divisor, TemplateBudget budget, int rest) =>
        PythonOperators.AreEqual(PythonOperators.Apply("%", value, new BigInteger(divisor), budget), new BigInteger(rest), budget);
}
