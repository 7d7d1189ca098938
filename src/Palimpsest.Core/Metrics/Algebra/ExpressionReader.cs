using System.Globalization;
using System.Numerics;

namespace Palimpsest.Metrics.Algebra;

/// <summary>Reads an expression as people write it in LaTeX or plain text into its normal form.</summary>
/// <remarks>Degrees count in the arguments of sine, cosine and tangent, where multiples of 30 and 45 become their exact values; elsewhere the sign is dropped.</remarks>
internal sealed class ExpressionReader
{
    private const string Degree = "\\circ";
    private const int DeepestNesting = 60;
    private const int LargestFactorial = 500;
    private static readonly string[] s_functions = ["\\log", "\\ln", "\\sin", "\\cos", "\\tan", "\\cot", "\\sec", "\\csc", "\\arcsin", "\\arccos", "\\arctan", "\\exp", "\\lg", "\\max", "\\min", "\\gcd"];
    private readonly string _text;
    private int _at;
    private int _depth;

    private ExpressionReader(string text) => _text = text;

    /// <summary>Whether a decimal point or an exponent occurred, so that the number may have been rounded.</summary>
    public bool HasDecimal { get; private set; }

    /// <summary>Reads a text whole.</summary>
    /// <exception cref="FormatException">It is no expression.</exception>
    public static (Sum Value, bool HasDecimal) Read(string text)
    {
        ExpressionReader reader = new(text);
        Sum value = reader.ReadSum();
        reader.SkipSpace();
        return reader._at == text.Length ? (value.Without(Degree), reader.HasDecimal) : throw reader.Bad();
    }

    private FormatException Bad() => new($"no expression at character {_at + 1}");

    private Sum ReadSum()
    {
        if (++_depth > DeepestNesting)
        {
            throw Bad();
        }

        Sum sum = Skip("-") ? ReadProduct().Negate() : ReadUnsigned();
        while (true)
        {
            if (Skip("+"))
            {
                sum += ReadProduct();
            }
            else if (Skip("-"))
            {
                sum += ReadProduct().Negate();
            }
            else
            {
                _depth--;
                return sum;
            }
        }
    }

    private Sum ReadUnsigned()
    {
        Skip("+");
        return ReadProduct();
    }

    private Sum ReadProduct()
    {
        Sum product = ReadMixed() ?? ReadPower();
        while (true)
        {
            if (Skip("\\cdot") || Skip("\\times") || Skip("*"))
            {
                product *= ReadSigned();
            }
            else if (Skip("\\div") || Skip("/"))
            {
                product *= ReadSigned().Power(-1);
            }
            else if (StartsFactor())
            {
                // Two numbers side by side are no product that anyone writes.
                product *= char.IsAsciiDigit(_text[_at]) && char.IsAsciiDigit(Before()) ? throw Bad() : ReadPower();
            }
            else
            {
                return product;
            }
        }
    }

    private char Before() => _text[..Math.Max(_at, 1)].TrimEnd() is { Length: > 0 } before ? before[^1] : ' ';

    private Sum ReadSigned() => Skip("-") ? ReadPower().Negate() : ReadPower();

    // 2 3/4 and 2\frac{3}{4} are sums.
    private Sum? ReadMixed()
    {
        SkipSpace();
        int start = _at, whole = Digits(_at);
        if (whole == _at)
        {
            return null;
        }

        _at = whole;
        SkipSpace();
        if (Skip("\\frac") && Part() is Rational top && Part() is Rational bottom)
        {
            return Sum.Number(Integer(start, whole) + (top / bottom));
        }

        _at = whole;
        SkipSpace();
        int over = Digits(_at);
        if (_at > whole && over > _at && over < _text.Length && _text[over] == '/' && Digits(over + 1) is int end && end > over + 1)
        {
            Rational part = Integer(_at, over) / Integer(over + 1, end);
            _at = end;
            return Sum.Number(Integer(start, whole) + part);
        }

        _at = start;
        return null;
    }

    // A whole number in braces, or a single digit.
    private Rational? Part()
    {
        SkipSpace();
        int start = _at < _text.Length && _text[_at] == '{' ? _at + 1 : _at, end = start == _at ? Math.Min(Digits(start), start + 1) : Digits(start);
        if (end == start || (start > _at && (end >= _text.Length || _text[end] != '}')))
        {
            return null;
        }

        _at = start > _at ? end + 1 : end;
        return Integer(start, end);
    }

    private Sum ReadPower()
    {
        Sum value = ReadAtom();
        while (true)
        {
            if (Skip("!"))
            {
                value = value.AsNumber() is { IsInteger: true, Numerator.Sign: >= 0 } number && number.Numerator <= LargestFactorial ? Sum.Number(Product(1, (int)number.Numerator)) : throw Bad();
            }
            else if (Skip("^\\circ") || Skip("^{\\circ}") || Skip("\\circ") || Skip("°"))
            {
                value *= Sum.Symbol(Degree);
            }
            else if (Skip("^"))
            {
                Sum exponent = Skip("-") ? ReadAtom().Negate() : ReadAtom();
                value = exponent.AsNumber() is Rational known ? value.Power(known) : Sum.Symbol($"({value})^({exponent})");
            }
            else
            {
                return value;
            }
        }
    }

    private Sum ReadAtom()
    {
        SkipSpace();
        if (_at >= _text.Length)
        {
            throw Bad();
        }

        char first = _text[_at];
        if (char.IsAsciiDigit(first) || first == '.')
        {
            return ReadNumber();
        }

        if (first is '(' or '{' or '[')
        {
            return ReadGroup(first, first == '(' ? ')' : first == '{' ? '}' : ']');
        }

        if (first == '|')
        {
            _at++;
            Sum inside = ReadSum();
            return Skip("|") ? Sum.Symbol($"|{inside}|") : throw Bad();
        }

        if (char.IsLetter(first))
        {
            _at++;
            return Sum.Symbol(first + Subscript());
        }

        return first == '\\' ? ReadCommand() : throw Bad();
    }

    private Sum ReadGroup(char open, char close)
    {
        Sum inside = Skip(open.ToString()) ? ReadSum() : throw Bad();
        return Skip(close.ToString()) ? inside : throw Bad();
    }

    private Sum ReadNumber()
    {
        int start = _at, point = Digits(_at), end = point;
        if (point < _text.Length && _text[point] == '.')
        {
            end = Digits(point + 1);
            HasDecimal = true;
        }

        string digits = _text[start..point] + (end > point ? _text[(point + 1)..end] : "");
        if (digits.Length is 0 or > 4_000)
        {
            throw Bad();
        }

        int scale = Math.Max(0, end - point - 1);
        if (end + 1 < _text.Length && _text[end] is 'e' or 'E' && Digits(end + (_text[end + 1] is '-' or '+' ? 2 : 1)) is int tail && tail > end + (_text[end + 1] is '-' or '+' ? 2 : 1))
        {
            scale -= int.TryParse(_text.AsSpan(end + 1, tail - end - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int shift) && Math.Abs(shift) <= 1_000 ? shift : throw Bad();
            end = tail;
            HasDecimal = true;
        }

        _at = end;
        Rational value = new(BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) * BigInteger.Pow(10, Math.Max(0, -scale)), BigInteger.Pow(10, Math.Max(0, scale)));
        return Subscript() is { Length: > 0 } number ? Sum.Symbol($"[{value}]{number}") : Sum.Number(value); // digits of another base
    }

    private Sum ReadCommand()
    {
        int end = _at + 1;
        while (end < _text.Length && char.IsAsciiLetter(_text[end]))
        {
            end++;
        }

        string name = _text[_at..end];
        _at = end > _at + 1 ? end : throw Bad();
        switch (name)
        {
            case "\\frac":
                return Argument() * Argument().Power(-1);
            case "\\binom":
                return Argument().AsNumber() is { IsInteger: true } n && Argument().AsNumber() is { IsInteger: true } k && k.Numerator.Sign >= 0 && k.Numerator <= n.Numerator && n.Numerator <= LargestFactorial
                    ? Sum.Number(Product((int)(n.Numerator - k.Numerator) + 1, (int)n.Numerator) / Product(1, (int)k.Numerator)) : throw Bad();
            case "\\sqrt":
                SkipSpace();
                Rational degree = _at < _text.Length && _text[_at] == '[' ? ReadGroup('[', ']').AsNumber() ?? throw Bad() : 2;
                return Argument().Power(1 / degree);
            default:
                return s_functions.Contains(name, StringComparer.Ordinal) ? ReadFunction(name + Subscript()) : Sum.Symbol(name + Subscript());
        }
    }

    private Sum ReadFunction(string name)
    {
        Sum? power = Skip("^") ? ReadAtom() : null;
        Sum argument = ReadPower();
        Sum value = Trigonometry.Exact(name, argument, Degree) ?? Sum.Symbol($"{name}({argument})");
        return power is null ? value : power.AsNumber() is Rational known ? value.Power(known) : throw Bad();
    }

    // A group, a command or a single digit or letter, as LaTeX has it: \frac12 is a half.
    private Sum Argument()
    {
        SkipSpace();
        if (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
            return Sum.Number(_text[_at - 1] - '0');
        }

        return ReadAtom();
    }

    private string Subscript()
    {
        if (_at >= _text.Length || _text[_at] != '_')
        {
            return "";
        }

        int start = ++_at;
        if (start < _text.Length && _text[start] == '{' && _text.IndexOf('}', start) is > 0 and int end)
        {
            _at = end + 1;
            return "_" + _text[(start + 1)..end];
        }

        _at += start < _text.Length ? 1 : throw Bad();
        return "_" + _text[start];
    }

    private bool StartsFactor()
    {
        SkipSpace();
        return _at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '(' or '{' or '.' or '\\');
    }

    private bool Skip(string sign)
    {
        SkipSpace();
        bool found = _text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal) && !(char.IsAsciiLetter(sign[^1]) && _at + sign.Length < _text.Length && char.IsAsciiLetter(_text[_at + sign.Length]));
        _at += found ? sign.Length : 0;
        return found;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private int Digits(int from)
    {
        while (from < _text.Length && char.IsAsciiDigit(_text[from]))
        {
            from++;
        }

        return from;
    }

    private Rational Integer(int start, int end) => end - start <= 4_000 ? new(BigInteger.Parse(_text.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture), 1) : throw Bad();

    private static Rational Product(int from, int to)
    {
        BigInteger product = BigInteger.One;
        for (int i = from; i <= to; i++)
        {
            product *= i;
        }

        return new Rational(product, 1);
    }
}
