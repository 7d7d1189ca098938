namespace Palimpsest.Text.Templates;

/// <summary>The variable <c>loop</c>.</summary>
internal sealed class LoopState(IReadOnlyList<object?> items, int depth, Func<IReadOnlyList<object?>, int, string>? again)
{
    private object? _changed;
    private bool _asked;

    public int Index { get; set; }

    /// <summary>A field of the variable.</summary>
    public object? Field(string name, TemplateBudget budget) => name switch
    {
        "index" => Number(Index + 1),
        "index0" => Number(Index),
        "revindex" => Number(items.Count - Index),
        "revindex0" => Number(items.Count - Index - 1),
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => Number(items.Count),
        "depth" => Number(depth + 1),
        "depth0" => Number(depth),
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("there is no next item"),
        "cycle" => new TemplateFunction("loop.cycle", call => call.Positional.Count > 0 ? call.Positional[Index % call.Positional.Count] : throw new TemplateException("no items for cycling given")),
        "changed" => new TemplateFunction("loop.changed", call => Changed(TemplateSequence.Tuple(call.Positional), budget)),
        _ => Undefined.Member(this, name, budget),
    };

    /// <summary>Runs the loop again over other items, for <c>loop(...)</c> in a recursive loop.</summary>
    public string Again(object? other, TemplateBudget budget) =>
        again is null ? throw new TemplateException("the loop calls itself but is not marked as \"recursive\"") : again(PythonOperators.Iterate(other, budget), depth + 1);

    private bool Changed(TemplateSequence values, TemplateBudget budget)
    {
        bool changed = !_asked || !PythonOperators.AreEqual(_changed, values, budget);
        (_asked, _changed) = (true, values);
        return changed;
    }

    private static object Number(int value) => new System.Numerics.BigInteger(value);
}
