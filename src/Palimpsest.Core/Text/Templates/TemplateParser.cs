namespace Palimpsest.Text.Templates;

/// <summary>Reads the statements of a template.</summary>
internal sealed class TemplateParser
{
    private const string Supported = "if, for, set, with, macro, call, filter, generation, raw, break, continue";
    private readonly TokenReader _reader;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(string text)
    {
        _reader = new TokenReader(TemplateLexer.Read(text));
        _expressions = new ExpressionParser(_reader);
    }

    public static List<Statement> Read(string text) => new TemplateParser(text).ReadBody("the template", []);

    // Reads up to a tag of one of the names, which is left to the caller; no names stand for the end of the template.
    private List<Statement> ReadBody(string block, string[] ends)
    {
        _reader.Nest();
        int line = _reader.PreviousLine;
        List<Statement> body = [];
        while (true)
        {
            TemplateToken token = _reader.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new Statement.Data(token.Text, token.Line));
                    break;
                case TokenKind.PrintStart:
                    body.Add(new Statement.Print(_expressions.ReadTuple(), token.Line));
                    _reader.Expect(TokenKind.PrintEnd, "the end of the print statement");
                    break;
                case TokenKind.BlockStart when _reader.Current.Kind == TokenKind.Name && ends.Contains(_reader.Current.Text):
                    return body;
                case TokenKind.BlockStart:
                    body.Add(ReadStatement());
                    break;
                case TokenKind.End when ends.Length == 0:
                    return body;
                default:
                    throw new TemplateException($"{block} of line {line} has no end; {string.Join(" or ", ends.Select(end => $"\"{end}\""))} was expected") { Line = token.Line };
            }
        }
    }

    private void EndBlock() => _reader.Expect(TokenKind.BlockEnd, "the end of the block");

    // The body of a block, and the tag that ends it.
    private List<Statement> ReadWhole(string name)
    {
        EndBlock();
        List<Statement> body = ReadBody($"the block \"{name}\"", ["end" + name]);
        _reader.Next();
        if (name == "macro" && _reader.Current.Kind == TokenKind.Name)
        {
            _reader.Next();
        }

        EndBlock();
        return body;
    }

    private Statement ReadStatement()
    {
        TemplateToken tag = _reader.Expect(TokenKind.Name, "the name of a tag");
        switch (tag.Text)
        {
            case "if":
                return ReadIf(tag.Line);
            case "for":
                return ReadFor(tag.Line);
            case "set":
                return ReadSet(tag.Line);
            case "with":
                return ReadWith(tag.Line);
            case "macro":
                string name = _reader.Expect(TokenKind.Name, "the name of the macro").Text;
                return ReadMacro(name, "macro", tag.Line);
            case "call":
                return ReadCall(tag.Line);
            case "filter":
                Expression.Filter filter = _expressions.ReadFilters();
                return new Statement.FilterBlock(filter, ReadWhole("filter"), tag.Line);
            case "generation":
                return new Statement.Generation(ReadWhole("generation"), tag.Line);
            case "break" or "continue" when _loops > 0:
                EndBlock();
                return tag.Text == "break" ? new Statement.Break(tag.Line) : new Statement.Continue(tag.Line);
            default:
                throw new TemplateException($"the tag \"{tag.Text}\" is not supported here; supported: {Supported}") { Line = tag.Line };
        }
    }

    private Statement.If ReadIf(int line)
    {
        List<(Expression, IReadOnlyList<Statement>)> branches = [];
        string tag;
        do
        {
            Expression condition = _expressions.ReadTuple(withChoice: false);
            EndBlock();
            branches.Add((condition, ReadBody("the block \"if\"", ["elif", "else", "endif"])));
            tag = _reader.Next().Text;
        }
        while (tag == "elif");
        List<Statement> otherwise = [];
        if (tag == "else")
        {
            EndBlock();
            otherwise = ReadBody("the block \"if\"", ["endif"]);
            _reader.Next();
        }

        EndBlock();
        return new Statement.If(branches, otherwise, line);
    }

    private Statement.For ReadFor(int line)
    {
        SetTarget target = ReadTargets();
        if (!_reader.SkipName("in"))
        {
            throw _reader.Error($"\"in\" was expected instead of {_reader.Current}");
        }

        Expression items = _expressions.ReadTuple(withChoice: false);
        Expression? where = _reader.SkipName("if") ? _expressions.Read() : null;
        bool recursive = _reader.SkipName("recursive");
        EndBlock();
        _loops++;
        List<Statement> body = ReadBody("the block \"for\"", ["else", "endfor"]);
        _loops--;
        List<Statement> otherwise = [];
        if (_reader.Next().Text == "else")
        {
            EndBlock();
            otherwise = ReadBody("the block \"for\"", ["endfor"]);
            _reader.Next();
        }

        EndBlock();
        return new Statement.For(target, items, where, recursive, body, otherwise, line);
    }

    private Statement ReadSet(int line)
    {
        SetTarget target = ReadTargets();
        if (_reader.Skip("="))
        {
            Statement.Set set = new(target, _expressions.ReadTuple(), line);
            EndBlock();
            return set;
        }

        Expression.Filter? filter = _reader.Skip("|") ? _expressions.ReadFilters() : null;
        return new Statement.SetBlock(target, filter, ReadWhole("set"), line);
    }

    private Statement.With ReadWith(int line)
    {
        List<(SetTarget, Expression)> values = [];
        while (_reader.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                _reader.Expect(",");
            }

            SetTarget target = ReadTarget();
            _reader.Expect("=");
            values.Add((target, _expressions.Read()));
        }

        return new Statement.With(values, ReadWhole("with"), line);
    }

    private Statement.Macro ReadMacro(string name, string block, int line)
    {
        List<(string, Expression?)> parameters = [];
        if (block == "macro" || _reader.Current.Is("("))
        {
            _reader.Expect("(");
            while (!_reader.Skip(")"))
            {
                if (parameters.Count > 0)
                {
                    _reader.Expect(",");
                }

                string parameter = _reader.Expect(TokenKind.Name, "the name of a parameter").Text;
                parameters.Add((parameter, _reader.Skip("=") ? _expressions.Read() : null));
            }
        }

        return block == "macro" ? Finish() : new Statement.Macro(name, parameters, [], false, false, line);

        Statement.Macro Finish()
        {
            IReadOnlyList<Statement> body = [];
            HashSet<string> names = _reader.Watch(() => body = ReadApart(block));
            return new Statement.Macro(name, parameters, body, names.Contains("varargs"), names.Contains("kwargs"), line);
        }
    }

    private Statement.CallBlock ReadCall(int line)
    {
        Statement.Macro caller = ReadMacro("caller", "call", line);
        if (_expressions.Read() is not Expression.Call call)
        {
            throw _reader.Error("a call was expected in the block \"call\"");
        }

        return new Statement.CallBlock(call, caller with { Body = ReadApart("call") }, line);
    }

    // A macro is no part of the loop that it stands in.
    private List<Statement> ReadApart(string block)
    {
        (int loops, _loops) = (_loops, 0);
        List<Statement> body = ReadWhole(block);
        _loops = loops;
        return body;
    }

    private SetTarget ReadTargets()
    {
        SetTarget first = ReadTarget();
        if (!_reader.Current.Is(","))
        {
            return first;
        }

        List<SetTarget> parts = [first];
        while (_reader.Skip(",") && !(_reader.Current.Is("=") || _reader.Current.IsName("in")))
        {
            parts.Add(ReadTarget());
        }

        return new SetTarget(null, null, parts);
    }

    private SetTarget ReadTarget()
    {
        _reader.Nest();
        if (_reader.Skip("("))
        {
            SetTarget inner = ReadTargets();
            _reader.Expect(")");
            return inner;
        }

        string name = _reader.Expect(TokenKind.Name, "a name to give the value to").Text;
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw _reader.Error($"\"{name}\" cannot be given a value");
        }

        return new SetTarget(name, _reader.Skip(".") ? _reader.Expect(TokenKind.Name, "the name of a field").Text : null, []);
    }
}
