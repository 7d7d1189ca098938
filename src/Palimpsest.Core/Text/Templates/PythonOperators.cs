using System.Globalization;
using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <summary>Python's operators on the values of templates.</summary>
internal static class PythonOperators
{
    // 2 ** 1000000 would take long and print much.
    private const int MaximumBits = 4096;

    // Reading costs this much less than writing.
    private const int ReadShare = 16;

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        string text => text.Length > 0,
        TemplateSequence { Kind: SequenceKind.Generator } => true,
        TemplateSequence row => row.Items.Count > 0,
        TemplateDictionary dictionary => dictionary.Count > 0,
        _ => true,
    };

    public static bool IsNumber(object? value) => value is BigInteger or double or bool;

    public static BigInteger? Whole(object? value) => value switch { BigInteger number => number, bool flag => flag ? BigInteger.One : BigInteger.Zero, _ => null };

    public static double Float(object? value) => value is double number
        ? number : PythonFloat.Of(Whole(value) ?? throw new TemplateException($"a number was expected, not a {PythonText.TypeName(value)}"));

    public static object? Apply(string sign, object? left, object? right, TemplateBudget budget)
    {
        ThrowIfUndefined(left);
        ThrowIfUndefined(right);
        if (sign == "%" && left is string format)
        {
            return PythonFormat.Percent(format, right, budget);
        }

        if (sign == "+" && left is string first && right is string second)
        {
            budget.Charge(first.Length + (long)second.Length);
            return first + second;
        }

        if (sign == "+" && left is TemplateSequence { Shown: null, Kind: SequenceKind.List or SequenceKind.Tuple } head && right is TemplateSequence { Shown: null } tail && head.Kind == tail.Kind)
        {
            budget.Charge(head.Items.Count + (long)tail.Items.Count);
            return new TemplateSequence(head.Kind, [.. head.Items, .. tail.Items]);
        }

        if (sign == "*" && (left is string or TemplateSequence || right is string or TemplateSequence))
        {
            return Whole(right) is BigInteger times ? Repeat(left, times, budget) : Whole(left) is BigInteger other ? Repeat(right, other, budget) : throw Unsupported(sign, left, right);
        }

        if (!IsNumber(left) || !IsNumber(right))
        {
            throw sign == "+" && left is string ? new TemplateException($"can only concatenate str (not \"{PythonText.TypeName(right)}\") to str") : Unsupported(sign, left, right);
        }

        return Whole(left) is BigInteger a && Whole(right) is BigInteger b ? Integers(sign, a, b) : Floats(sign, Float(left), Float(right));
    }

    public static bool AreEqual(object? left, object? right, TemplateBudget budget)
    {
        budget.Step();
        switch (left, right)
        {
            case (null, null) or (Undefined, Undefined):
                return true;
            case (string a, string b):
                budget.Charge(Math.Min(a.Length, b.Length) / ReadShare);
                return a == b;
            case (TemplateSequence a, TemplateSequence b):
                if (ReferenceEquals(a, b))
                {
                    return true;
                }

                bool equal = a.Kind == b.Kind && a.Items.Count == b.Items.Count && a.Kind != SequenceKind.Generator;
                for (int i = 0; equal && i < a.Items.Count; i++)
                {
                    equal = AreEqual(a.Items[i], b.Items[i], budget);
                }

                return equal;
            case (TemplateDictionary a, TemplateDictionary b):
                return a.Count == b.Count && a.Items.All(item => b.TryGet(item.Key, out object? other) && AreEqual(item.Value, other, budget));
            default:
                if (IsNumber(left) && IsNumber(right))
                {
                    return CompareNumbers(left, right) == 0;
                }

                return ReferenceEquals(left, right) && left is not null;
        }
    }

    /// <summary>Below, at or above 0, as for the order of numbers, of strings by code points, or of rows by their items.</summary>
    public static int Compare(object? left, object? right, TemplateBudget budget) => Order(left, right, budget, "<") ?? 0;

    // Null where a NaN stands, of which no order holds.
    private static int? Order(object? left, object? right, TemplateBudget budget, string sign)
    {
        budget.Step();
        ThrowIfUndefined(left);
        ThrowIfUndefined(right);
        switch (left, right)
        {
            case (string a, string b):
                return CompareText(a, b);
            case (TemplateSequence a, TemplateSequence b) when a.Kind == b.Kind && a.Kind is SequenceKind.List or SequenceKind.Tuple:
                for (int i = 0; i < Math.Min(a.Items.Count, b.Items.Count); i++)
                {
                    if (!AreEqual(a.Items[i], b.Items[i], budget))
                    {
                        return Order(a.Items[i], b.Items[i], budget, sign);
                    }
                }

                return a.Items.Count.CompareTo(b.Items.Count);
            default:
                if (!IsNumber(left) || !IsNumber(right))
                {
                    throw new TemplateException($"'{sign}' not supported between instances of '{PythonText.TypeName(left)}' and '{PythonText.TypeName(right)}'");
                }

                return CompareNumbers(left, right);
        }
    }

    public static bool Holds(string sign, object? left, object? right, TemplateBudget budget) => sign switch
    {
        "==" => AreEqual(left, right, budget),
        "!=" => !AreEqual(left, right, budget),
        "in" => Contains(right, left, budget),
        "not in" => !Contains(right, left, budget),
        "<" => Order(left, right, budget, sign) < 0,
        "<=" => Order(left, right, budget, sign) <= 0,
        ">" => Order(left, right, budget, sign) > 0,
        _ => Order(left, right, budget, sign) >= 0,
    };

    public static bool Contains(object? container, object? item, TemplateBudget budget)
    {
        switch (container)
        {
            case string text:
                budget.Charge(text.Length / ReadShare);
                return item is string part ? text.Contains(part, StringComparison.Ordinal) : throw new TemplateException($"'in <string>' requires string as left operand, not {PythonText.TypeName(item)}");
            case TemplateDictionary dictionary:
                return dictionary.TryGet(item, out _);
            default:
                return Iterate(container, budget).Any(other => AreEqual(item, other, budget));
        }
    }

    /// <summary>What a loop over a value sees.</summary>
    public static IReadOnlyList<object?> Iterate(object? value, TemplateBudget budget)
    {
        switch (value)
        {
            case Undefined:
                return [];
            case TemplateSequence row:
                budget.Charge(row.Items.Count);
                return row.Items;
            case TemplateDictionary dictionary:
                budget.Charge(dictionary.Count);
                return [.. dictionary.Items.Select(item => item.Key)];
            case string text:
                budget.Charge(text.Length);
                return PythonString.Characters(text);
            default:
                throw new TemplateException($"'{PythonText.TypeName(value)}' object is not iterable");
        }
    }

    public static bool IsIterable(object? value) => value is Undefined or TemplateSequence or TemplateDictionary or string;

    public static void ThrowIfUndefined(object? value)
    {
        if (value is Undefined missing)
        {
            throw missing.Error;
        }
    }

    // By code points: a surrogate stands for something beyond U+FFFF.
    private static int CompareText(string a, string b)
    {
        for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i] != b[i])
            {
                bool first = char.IsSurrogate(a[i]), second = char.IsSurrogate(b[i]);
                return first != second ? (first ? 1 : -1) : a[i].CompareTo(b[i]);
            }
        }

        return a.Length.CompareTo(b.Length);
    }

    private static object Repeat(object? value, BigInteger times, TemplateBudget budget)
    {
        long length = value is string text ? text.Length : ((TemplateSequence)value!).Items.Count;
        int count = (int)BigInteger.Clamp(times, 0, length == 0 ? 0 : int.MaxValue);
        budget.Charge(length * count);
        return value is string part ? Repeat(part, count) : new TemplateSequence(((TemplateSequence)value!).Kind, [.. Enumerable.Repeat(((TemplateSequence)value).Items, count).SelectMany(items => items)]);
    }

    // In one piece: a builder would make several times as much as is charged.
    private static string Repeat(string part, int count) => string.Create(part.Length * count, part, (all, one) =>
    {
        for (; all.Length > 0; all = all[one.Length..])
        {
            one.CopyTo(all);
        }
    });

    private static object Integers(string sign, BigInteger left, BigInteger right)
    {
        if (sign is "/" or "//" or "%" && right.IsZero)
        {
            throw new TemplateException("division by zero");
        }

        BigInteger result;
        switch (sign)
        {
            case "+":
                result = left + right;
                break;
            case "-":
                result = left - right;
                break;
            case "*":
                result = left * right;
                break;
            case "/":
                return PythonFloat.Divide(left, right);
            case "//":
                result = BigInteger.DivRem(left, right, out BigInteger rest);
                result -= !rest.IsZero && rest.Sign != right.Sign ? 1 : 0;
                break;
            case "%":
                result = BigInteger.Remainder(left, right);
                result += !result.IsZero && result.Sign != right.Sign ? right : 0;
                break;
            default:
                if (right.Sign < 0)
                {
                    return Floats(sign, PythonFloat.Of(left), PythonFloat.Of(right));
                }

                if (right > MaximumBits || left.GetBitLength() * (long)right > MaximumBits)
                {
                    throw new TemplateException($"a power has more than {MaximumBits} bits");
                }

                result = BigInteger.Pow(left, (int)right);
                break;
        }

        return result.GetBitLength() <= MaximumBits ? result : throw new TemplateException($"a whole number has more than {MaximumBits} bits");
    }

    private static object Floats(string sign, double left, double right)
    {
        if ((sign is "/" or "//" or "%" && right == 0) || (sign == "**" && left == 0 && right < 0))
        {
            throw new TemplateException("float division by zero");
        }

        return sign switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => left / right,
            "//" => PythonFloat.DivideDown(left, right).Quotient,
            "%" => PythonFloat.DivideDown(left, right).Remainder,
            _ => Power(left, right),
        };
    }

    private static double Power(double left, double right)
    {
        double power = Math.Pow(left, right);
        return double.IsFinite(left) && double.IsFinite(right) && !double.IsFinite(power)
            ? throw new TemplateException(double.IsNaN(power) ? "the power of a negative number is not a real one"
                : "the power is too large for a floating point number")
            : power;
    }

    // Exact: a whole number beyond 2^53 has no floating point number of its own. NaN compares with nothing.
    private static int? CompareNumbers(object? left, object? right)
    {
        switch (Whole(left), Whole(right))
        {
            case (BigInteger a, BigInteger b):
                return a.CompareTo(b);
            case (BigInteger, null):
                return -CompareNumbers(right, left);
            case (null, BigInteger b) when double.IsFinite((double)left!):
                double number = (double)left, floor = Math.Floor(number);
                return new BigInteger(floor).CompareTo(b) is var order and not 0 ? order : number > floor ? 1 : 0;
            case (null, BigInteger):
                return double.IsNaN((double)left!) ? null : (double)left > 0 ? 1 : -1;
            default:
                return double.IsNaN((double)left!) || double.IsNaN((double)right!) ? null : ((double)left).CompareTo((double)right);
        }
    }

    private static TemplateException Unsupported(string sign, object? left, object? right) =>
        new(string.Create(CultureInfo.InvariantCulture, $"unsupported operand type(s) for {sign}: '{PythonText.TypeName(left)}' and '{PythonText.TypeName(right)}'"));
}
