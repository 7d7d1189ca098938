using System.Text;

namespace Palimpsest.Text.Templates;

/// <summary>Carries out the statements of a template. For one rendering.</summary>
internal sealed class TemplateInterpreter(Scope globals, TemplateBudget budget, List<Range> spans)
{
    private readonly ExpressionEvaluator _expressions = new(budget);
    private readonly StringBuilder _result = new();
    private StringBuilder _output = new();

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>The line that was carried out last.</summary>
    public int Line => _expressions.Line;

    public string Render(IReadOnlyList<Statement> body, IEnumerable<KeyValuePair<string, object?>> variables)
    {
        Scope scope = new(globals);
        foreach ((string name, object? value) in variables)
        {
            scope.Set(name, value);
        }

        _output = _result;
        Run(body, scope);
        return _result.ToString();
    }

    private Flow Run(IReadOnlyList<Statement> body, Scope scope)
    {
        foreach (Statement statement in body)
        {
            Flow flow = Run(statement, scope);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Run(Statement statement, Scope scope)
    {
        budget.Step();
        _expressions.Line = statement.Line;
        switch (statement)
        {
            case Statement.Data data:
                Write(data.Text);
                break;
            case Statement.Print print:
                Write(PythonText.Show(_expressions.Evaluate(print.Value, scope), budget));
                break;
            case Statement.If choice:
                foreach ((Expression condition, IReadOnlyList<Statement> body) in choice.Branches)
                {
                    if (PythonOperators.IsTrue(_expressions.Evaluate(condition, scope)))
                    {
                        return Run(body, scope);
                    }
                }

                return Run(choice.Else, scope);
            case Statement.For loop:
                RunLoop(loop, PythonOperators.Iterate(_expressions.Evaluate(loop.Items, scope), budget), 0, scope);
                break;
            case Statement.Set set:
                Assign(set.Target, _expressions.Evaluate(set.Value, scope), scope);
                break;
            case Statement.SetBlock block:
                string text = Capture(block.Body, new Scope(scope));
                Assign(block.Target, block.Filter is null ? text : _expressions.ApplyFilter(block.Filter, text, scope), scope);
                break;
            case Statement.With with:
                Scope inner = new(scope);
                foreach ((SetTarget target, Expression value) in with.Values)
                {
                    Assign(target, _expressions.Evaluate(value, scope), inner);
                }

                return Run(with.Body, inner);
            case Statement.Macro macro:
                scope.Set(macro.Name, Function(macro, scope));
                break;
            case Statement.CallBlock block:
                object? function = _expressions.Evaluate(block.Call.Function, scope);
                Write(PythonText.Show(_expressions.Call(function, block.Call.Arguments, scope, Function(block.Caller, scope)), budget));
                break;
            case Statement.FilterBlock block:
                Write(PythonText.Show(_expressions.ApplyFilter(block.Filter, Capture(block.Body, new Scope(scope)), scope), budget));
                break;
            case Statement.Generation generation:
                string said = Capture(generation.Body, new Scope(scope));
                spans.Add(_result.Length..(_result.Length + said.Length));
                Write(said);
                break;
            case Statement.Break:
                return Flow.Break;
            case Statement.Continue:
                return Flow.Continue;
        }

        return Flow.Next;
    }

    private void RunLoop(Statement.For loop, IReadOnlyList<object?> items, int depth, Scope scope)
    {
        if (loop.Where is not null)
        {
            List<object?> kept = [];
            foreach (object? item in items)
            {
                Scope inner = new(scope);
                Assign(loop.Target, item, inner);
                if (PythonOperators.IsTrue(_expressions.Evaluate(loop.Where, inner)))
                {
                    kept.Add(item);
                }
            }

            items = kept;
        }

        if (items.Count == 0)
        {
            Run(loop.Else, new Scope(scope));
            return;
        }

        LoopState state = new(items, depth, loop.Recursive ? (others, level) => CaptureAll(() => RunLoop(loop, others, level, scope)) : null);
        for (int i = 0; i < items.Count; i++)
        {
            budget.Step();
            state.Index = i;
            Scope inner = new(scope);
            inner.Set("loop", state);
            Assign(loop.Target, items[i], inner);
            if (Run(loop.Body, inner) == Flow.Break)
            {
                break;
            }
        }
    }

    private void Assign(SetTarget target, object? value, Scope scope)
    {
        if (target.Name is null)
        {
            PythonOperators.ThrowIfUndefined(value);
            IReadOnlyList<object?> values = PythonOperators.Iterate(value, budget);
            if (values.Count != target.Parts.Count)
            {
                throw new TemplateException($"{values.Count} values cannot be given to {target.Parts.Count} names");
            }

            for (int i = 0; i < values.Count; i++)
            {
                Assign(target.Parts[i], values[i], scope);
            }
        }
        else if (target.Field is null)
        {
            scope.Set(target.Name, value);
        }
        else if (target.Field.StartsWith('_') || scope.Get(target.Name) is not TemplateNamespace fields)
        {
            throw new TemplateException($"\"{target.Name}.{target.Field}\" cannot be set: only fields of a namespace can, and their names do not start with \"_\"");
        }
        else
        {
            fields.Fields[target.Field] = value;
        }
    }

    private TemplateFunction Function(Statement.Macro macro, Scope scope) => new(macro.Name, call =>
    {
        budget.Step();
        Scope inner = new(scope);
        Dictionary<string, object?> named = new(StringComparer.Ordinal);
        foreach ((string name, object? value) in call.Named)
        {
            named[name] = value;
        }

        if (named.Remove("caller", out object? caller))
        {
            inner.Set("caller", caller);
        }

        for (int i = 0; i < macro.Parameters.Count; i++)
        {
            (string name, Expression? otherwise) = macro.Parameters[i];
            bool given = named.Remove(name, out object? value);
            if (i < call.Positional.Count)
            {
                value = !given ? call.Positional[i] : throw new TemplateException($"macro '{macro.Name}' got two values for '{name}'");
            }
            else if (!given)
            {
                value = otherwise is null ? new Undefined($"parameter '{name}' was not provided") : _expressions.Evaluate(otherwise, inner);
            }

            inner.Set(name, value);
        }

        object?[] rest = [.. call.Positional.Skip(macro.Parameters.Count)];
        if ((rest.Length > 0 && !macro.UsesVarargs) || (named.Count > 0 && !macro.UsesKwargs))
        {
            throw new TemplateException(rest.Length > 0
                ? $"macro '{macro.Name}' takes not more than {macro.Parameters.Count} argument(s)"
                : $"macro '{macro.Name}' takes no keyword argument '{named.Keys.First()}'");
        }

        TemplateDictionary others = new();
        foreach ((string name, object? value) in named)
        {
            others.Set(name, value);
        }

        inner.Set("varargs", TemplateSequence.Tuple(rest));
        inner.Set("kwargs", others);
        return Capture(macro.Body, inner);
    });

    private string Capture(IReadOnlyList<Statement> body, Scope scope) => CaptureAll(() => Run(body, scope));

    private string CaptureAll(Action run)
    {
        StringBuilder outer = _output;
        _output = new StringBuilder();
        run();
        string text = _output.ToString();
        _output = outer;
        return text;
    }

    private void Write(string text)
    {
        budget.Charge(text.Length);
        _output.Append(text);
    }
}
