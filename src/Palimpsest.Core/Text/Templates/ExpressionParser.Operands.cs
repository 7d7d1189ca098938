using System.Globalization;
using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <content>Names, literals, brackets, calls, filters and tests.</content>
internal sealed partial class ExpressionParser
{
    private const int LongestNumber = 300;

    private Expression ReadPrimary()
    {
        TemplateToken token = reader.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Expression.Constant(true, token.Line),
                    "false" or "False" => new Expression.Constant(false, token.Line),
                    "none" or "None" => new Expression.Constant(null, token.Line),
                    _ => Name(token),
                };
            case TokenKind.String:
                string text = token.Text;
                while (reader.Current.Kind == TokenKind.String)
                {
                    text += reader.Next().Text;
                }

                return new Expression.Constant(text, token.Line);
            case TokenKind.Integer:
                return new Expression.Constant(Integer(token), token.Line);
            case TokenKind.Float:
                return new Expression.Constant(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture), token.Line);
            case TokenKind.Symbol when token.Text == "(":
                if (reader.Skip(")"))
                {
                    return new Expression.Row(SequenceKind.Tuple, [], token.Line);
                }

                Expression inner = ReadTuple();
                reader.Expect(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                return new Expression.Row(SequenceKind.List, ReadItems("]", Read), token.Line);
            case TokenKind.Symbol when token.Text == "{":
                return new Expression.Dictionary(ReadItems("}", ReadPair), token.Line);
            default:
                throw new TemplateException($"an expression was expected instead of {token}") { Line = token.Line };
        }
    }

    private Expression.Variable Name(TemplateToken token)
    {
        reader.Names.Add(token.Text);
        return new Expression.Variable(token.Text, token.Line);
    }

    private (Expression Key, Expression Value) ReadPair()
    {
        Expression key = Read();
        reader.Expect(":");
        return (key, Read());
    }

    private List<T> ReadItems<T>(string close, Func<T> read)
    {
        List<T> items = [];
        while (!reader.Skip(close))
        {
            if (items.Count > 0)
            {
                reader.Expect(",");
                if (reader.Skip(close))
                {
                    break;
                }
            }

            items.Add(read());
        }

        return items;
    }

    private static object Integer(TemplateToken token)
    {
        string text = token.Text;
        int radix = text.Length > 1 ? char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 } : 10;
        if (text.Length > LongestNumber || (radix == 10 && text.Length > 1 && text[0] == '0' && text.Any(digit => digit != '0')))
        {
            throw new TemplateException($"{token} is not a whole number that can be read") { Line = token.Line };
        }

        BigInteger value = BigInteger.Zero;
        foreach (char character in radix == 10 ? text : text[2..])
        {
            int digit = char.IsAsciiDigit(character) ? character - '0' : char.ToLowerInvariant(character) - 'a' + 10;
            value = digit < radix ? (value * radix) + digit : throw new TemplateException($"{token} is not a whole number that can be read") { Line = token.Line };
        }

        return value;
    }

    private Expression ReadPostfix(Expression value)
    {
        while (true)
        {
            int line = reader.Current.Line;
            if (reader.Skip("."))
            {
                TemplateToken key = reader.Next();
                value = key.Kind switch
                {
                    TokenKind.Name => new Expression.Member(value, new Expression.Constant(key.Text, line), ByDot: true, line),
                    TokenKind.Integer => new Expression.Member(value, new Expression.Constant(Integer(key), line), ByDot: false, line),
                    _ => throw new TemplateException($"a name was expected after the point instead of {key}") { Line = key.Line },
                };
            }
            else if (reader.Skip("["))
            {
                value = ReadSubscript(value, line);
            }
            else if (reader.Current.Is("("))
            {
                value = new Expression.Call(value, ReadArguments(), line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ReadSubscript(Expression owner, int line)
    {
        Expression? start = reader.Current.Is(":") ? null : ReadTuple();
        if (!reader.Skip(":"))
        {
            reader.Expect("]");
            return new Expression.Member(owner, start!, ByDot: false, line);
        }

        Expression? stop = reader.Current.Is(":") || reader.Current.Is("]") ? null : Read();
        Expression? step = reader.Skip(":") && !reader.Current.Is("]") ? Read() : null;
        reader.Expect("]");
        return new Expression.Slice(owner, start, stop, step, line);
    }

    private ExpressionArguments ReadArguments()
    {
        reader.Expect("(");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        foreach ((string? name, Expression value) in ReadItems(")", ReadArgument))
        {
            if (name is not null)
            {
                named.Add((name, value));
            }
            else if (named.Count > 0)
            {
                throw reader.Error("an argument without a name stands after one with a name");
            }
            else
            {
                positional.Add(value);
            }
        }

        return new ExpressionArguments(positional, named);
    }

    private (string? Name, Expression Value) ReadArgument()
    {
        if (reader.Current.Is("*") || reader.Current.Is("**"))
        {
            throw reader.Error($"{reader.Current} before an argument is not supported; write the arguments out");
        }

        Expression value = Read();
        return reader.Skip("=") ? (value as Expression.Variable ?? throw reader.Error("a name was expected before \"=\"")) is var name ? (name.Name, Read()) : default : (null, value);
    }

    private Expression ReadFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (reader.Skip("|"))
            {
                value = ReadFilter(value);
            }
            else if (reader.SkipName("is"))
            {
                value = ReadTest(value);
            }
            else if (reader.Current.Is("("))
            {
                value = new Expression.Call(value, ReadArguments(), reader.Current.Line);
            }
            else
            {
                return value;
            }
        }
    }

    private string ReadDottedName(string what)
    {
        string name = reader.Expect(TokenKind.Name, what).Text;
        while (reader.Skip("."))
        {
            name += "." + reader.Expect(TokenKind.Name, "a name").Text;
        }

        return name;
    }

    private Expression.Filter ReadFilter(Expression? owner)
    {
        int line = reader.Current.Line;
        string name = ReadDottedName("the name of a filter");
        if (!TemplateFilters.Has(name))
        {
            throw reader.Error($"the filter \"{name}\" is not supported; supported: {TemplateFilters.Names}");
        }

        return new Expression.Filter(owner, name, reader.Current.Is("(") ? ReadArguments() : ExpressionArguments.None, line);
    }

    private Expression.Test ReadTest(Expression owner)
    {
        int line = reader.Current.Line;
        bool negated = reader.SkipName("not");
        string name = ReadDottedName("the name of a test");
        if (!TemplateTests.Has(name))
        {
            throw reader.Error($"the test \"{name}\" is not supported; supported: {TemplateTests.Names}");
        }

        ExpressionArguments arguments = ExpressionArguments.None;
        if (reader.Current.Is("("))
        {
            arguments = ReadArguments();
        }
        else if (reader.Current.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float || reader.Current.Is("[") || reader.Current.Is("{")
            || (reader.Current.Kind == TokenKind.Name && reader.Current.Text is not ("else" or "or" or "and")))
        {
            if (reader.Current.IsName("is"))
            {
                throw reader.Error("two tests cannot follow each other");
            }

            // In "x is defined if y" and "x is string in z" Jinja takes the key word for an argument too; here it is one only where it can be.
            if (!(reader.Current.IsName("if") || reader.Current.IsName("in") || reader.Current.IsName("not")))
            {
                arguments = new ExpressionArguments([ReadPostfix(ReadPrimary())], []);
            }
        }

        return new Expression.Test(owner, name, arguments, negated, line);
    }
}
