namespace Palimpsest.Text.Templates;

/// <summary>Reads expressions. The levels are Jinja's: the power operator binds to the left and more loosely than a sign.</summary>
internal sealed partial class ExpressionParser(TokenReader reader)
{
    private static readonly string[] s_comparisons = ["==", "!=", "<", ">", "<=", ">="];

    public Expression Read() => ReadChoice();

    /// <summary>One expression, or several with commas between, which are a tuple.</summary>
    public Expression ReadTuple(bool withChoice = true)
    {
        int line = reader.Current.Line;
        Expression first = withChoice ? ReadChoice() : ReadOr();
        if (!reader.Current.Is(","))
        {
            return first;
        }

        List<Expression> items = [first];
        while (reader.Skip(",") && !EndsTuple())
        {
            items.Add(withChoice ? ReadChoice() : ReadOr());
        }

        return new Expression.Row(SequenceKind.Tuple, items, line);
    }

    /// <summary>Filters without what they work on, as in <c>{% filter upper %}</c>.</summary>
    public Expression.Filter ReadFilters()
    {
        Expression.Filter filter = ReadFilter(null);
        while (reader.Skip("|"))
        {
            filter = ReadFilter(filter);
        }

        return filter;
    }

    private bool EndsTuple() => reader.Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd or TokenKind.End || reader.Current.Is(")") || reader.Current.IsName("recursive");

    private Expression ReadChoice()
    {
        reader.Nest();
        int line = reader.Current.Line;
        Expression value = ReadOr();
        while (reader.SkipName("if"))
        {
            Expression condition = ReadOr();
            value = new Expression.Choice(condition, value, reader.SkipName("else") ? ReadChoice() : null, line);
        }

        return value;
    }

    private Expression ReadOr()
    {
        Expression left = ReadAnd();
        while (reader.SkipName("or"))
        {
            left = new Expression.Binary("or", left, ReadAnd(), left.Line);
        }

        return left;
    }

    private Expression ReadAnd()
    {
        Expression left = ReadNot();
        while (reader.SkipName("and"))
        {
            left = new Expression.Binary("and", left, ReadNot(), left.Line);
        }

        return left;
    }

    private Expression ReadNot()
    {
        reader.Nest();
        int line = reader.Current.Line;
        return reader.SkipName("not") ? new Expression.Unary("not", ReadNot(), line) : ReadComparison();
    }

    private Expression ReadComparison()
    {
        Expression first = ReadSum();
        List<(string, Expression)> rest = [];
        while (true)
        {
            TemplateToken token = reader.Current;
            if (token.Kind == TokenKind.Symbol && s_comparisons.Contains(token.Text))
            {
                reader.Next();
                rest.Add((token.Text, ReadSum()));
            }
            else if (reader.SkipName("in"))
            {
                rest.Add(("in", ReadSum()));
            }
            else if (reader.SkipName("not"))
            {
                if (!reader.SkipName("in"))
                {
                    throw reader.Error($"\"in\" was expected instead of {reader.Current}");
                }

                rest.Add(("not in", ReadSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Expression.Comparison(first, rest, first.Line);
            }
        }
    }

    private Expression ReadSum()
    {
        Expression left = ReadConcatenation();
        while (reader.Current.Is("+") || reader.Current.Is("-"))
        {
            left = new Expression.Binary(reader.Next().Text, left, ReadConcatenation(), left.Line);
        }

        return left;
    }

    private Expression ReadConcatenation()
    {
        List<Expression> parts = [ReadProduct()];
        while (reader.Skip("~"))
        {
            parts.Add(ReadProduct());
        }

        return parts.Count == 1 ? parts[0] : new Expression.Concatenation(parts, parts[0].Line);
    }

    private Expression ReadProduct()
    {
        Expression left = ReadPower();
        while (reader.Current.Kind == TokenKind.Symbol && reader.Current.Text is "*" or "/" or "//" or "%")
        {
            left = new Expression.Binary(reader.Next().Text, left, ReadPower(), left.Line);
        }

        return left;
    }

    private Expression ReadPower()
    {
        Expression left = ReadUnary(withFilters: true);
        while (reader.Skip("**"))
        {
            left = new Expression.Binary("**", left, ReadUnary(withFilters: true), left.Line);
        }

        return left;
    }

    private Expression ReadUnary(bool withFilters)
    {
        reader.Nest();
        int line = reader.Current.Line;
        Expression value = reader.Current.Is("-") || reader.Current.Is("+") ? new Expression.Unary(reader.Next().Text, ReadUnary(withFilters: false), line) : ReadPrimary();
        value = ReadPostfix(value);
        return withFilters ? ReadFiltersAndTests(value) : value;
    }
}
