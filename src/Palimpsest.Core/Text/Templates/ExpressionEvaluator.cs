using System.Numerics;
using System.Text;

namespace Palimpsest.Text.Templates;

/// <summary>Finds the values of expressions.</summary>
internal sealed class ExpressionEvaluator(TemplateBudget budget)
{
    /// <summary>The line of what was looked at last, for messages.</summary>
    public int Line { get; set; }

    public object? Evaluate(Expression expression, Scope scope)
    {
        budget.Step();
        Line = expression.Line;
        switch (expression)
        {
            case Expression.Constant constant:
                return constant.Value;
            case Expression.Variable variable:
                return scope.Get(variable.Name);
            case Expression.Row row:
                return new TemplateSequence(row.Kind, [.. row.Items.Select(item => Evaluate(item, scope))]);
            case Expression.Dictionary dictionary:
                TemplateDictionary made = new();
                foreach ((Expression key, Expression value) in dictionary.Items)
                {
                    made.Set(Evaluate(key, scope), Evaluate(value, scope));
                }

                return made;
            case Expression.Member member:
                return TemplateMembers.Get(Evaluate(member.Owner, scope), Evaluate(member.Key, scope), member.ByDot, budget);
            case Expression.Slice slice:
                return TemplateMembers.Slice(Evaluate(slice.Owner, scope), Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope), budget);
            case Expression.Call call:
                return Call(Evaluate(call.Function, scope), call.Arguments, scope, null);
            case Expression.Filter filter:
                return ApplyFilter(filter, null, scope);
            case Expression.Test test:
                return TemplateTests.Apply(test.Name, Evaluate(test.Owner, scope), Arguments($"the test \"{test.Name}\"", test.Arguments, scope, null), budget) != test.Negated;
            case Expression.Unary unary:
                return Unary(unary.Operator, Evaluate(unary.Operand, scope));
            case Expression.Binary { Operator: "and" or "or" } either:
                object? left = Evaluate(either.Left, scope);
                return PythonOperators.IsTrue(left) == (either.Operator == "or") ? left : Evaluate(either.Right, scope);
            case Expression.Binary binary:
                return PythonOperators.Apply(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), budget);
            case Expression.Comparison comparison:
                return Compare(comparison, scope);
            case Expression.Concatenation concatenation:
                StringBuilder text = new();
                foreach (Expression part in concatenation.Parts)
                {
                    string shown = PythonText.Show(Evaluate(part, scope), budget);
                    budget.Charge(shown.Length);
                    text.Append(shown);
                }

                return text.ToString();
            case Expression.Choice choice:
                return PythonOperators.IsTrue(Evaluate(choice.Condition, scope)) ? Evaluate(choice.Then, scope)
                    : choice.Else is null ? new Undefined("the inline if-expression evaluated to false and no else section was defined") : Evaluate(choice.Else, scope);
            default:
                throw new InvalidOperationException(expression.GetType().Name);
        }
    }

    /// <summary>Applies a filter; the text is what the innermost one works on where it has nothing else.</summary>
    public object? ApplyFilter(Expression.Filter filter, string? text, Scope scope)
    {
        budget.Step();
        object? value = filter.Owner switch
        {
            null => text,
            Expression.Filter inner when text is not null => ApplyFilter(inner, text, scope),
            Expression owner => Evaluate(owner, scope),
        };
        return TemplateFilters.Apply(filter.Name, value, Arguments($"the filter \"{filter.Name}\"", filter.Arguments, scope, null), budget);
    }

    /// <summary>Calls a function, with the body of a <c>call</c> block where there is one.</summary>
    public object? Call(object? function, ExpressionArguments arguments, Scope scope, TemplateFunction? caller)
    {
        PythonOperators.ThrowIfUndefined(function);
        return function switch
        {
            TemplateFunction callable => callable.Run(Arguments(callable.Name, arguments, scope, caller)),
            LoopState loop => loop.Again(Arguments("loop", arguments, scope, null).Bind("items")["items"], budget),
            _ => throw new TemplateException($"'{PythonText.TypeName(function)}' object is not callable"),
        };
    }

    private CallArguments Arguments(string function, ExpressionArguments arguments, Scope scope, TemplateFunction? caller)
    {
        List<(string, object?)> named = [.. arguments.Named.Select(item => (item.Name, Evaluate(item.Value, scope)))];
        if (caller is not null)
        {
            named.Add(("caller", caller));
        }

        return new CallArguments(function, [.. arguments.Positional.Select(item => Evaluate(item, scope))], named);
    }

    private bool Compare(Expression.Comparison comparison, Scope scope)
    {
        object? left = Evaluate(comparison.First, scope);
        foreach ((string sign, Expression operand) in comparison.Rest)
        {
            object? right = Evaluate(operand, scope);
            if (!PythonOperators.Holds(sign, left, right, budget))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private static object Unary(string sign, object? value)
    {
        if (sign == "not")
        {
            return !PythonOperators.IsTrue(value);
        }

        PythonOperators.ThrowIfUndefined(value);
        return PythonOperators.Whole(value) is BigInteger whole ? sign == "-" ? -whole : whole
            : value is double number ? sign == "-" ? -number : number
            : throw new TemplateException($"bad operand type for unary {sign}: '{PythonText.TypeName(value)}'");
    }

    private int? Bound(Expression? bound, Scope scope)
    {
        if (bound is null || Evaluate(bound, scope) is not object value)
        {
            return null;
        }

        PythonOperators.ThrowIfUndefined(value);
        BigInteger whole = PythonOperators.Whole(value) ?? throw new TemplateException("slice indices must be integers or None");
        return (int)BigInteger.Clamp(whole, -int.MaxValue, int.MaxValue);
    }
}
