namespace Palimpsest.Text.Templates;

/// <summary>Cuts a template into tokens, with the white-space rules that chat templates are rendered with.</summary>
/// <remarks>
/// Jinja 3 with <c>trim_blocks</c> (the end of a line right after a block or comment goes) and <c>lstrip_blocks</c> (blanks before a block or comment that starts a line go). Ends of lines become
/// <c>\n</c>, and one at the end of the template goes.
/// </remarks>
internal sealed partial class TemplateLexer
{
    private readonly string _text;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _lineCountedTo;
    private bool _lineStart = true;

    private TemplateLexer(string text)
    {
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _text = text.EndsWith('\n') ? text[..^1] : text;
    }

    public static List<TemplateToken> Read(string text)
    {
        TemplateLexer lexer = new(text);
        while (lexer._at < lexer._text.Length)
        {
            lexer.ReadData();
        }

        lexer.Add(TokenKind.End, "");
        return lexer._tokens;
    }

    private void ReadData()
    {
        int tag = _at;
        while ((tag = _text.IndexOf('{', tag)) >= 0 && !(tag + 1 < _text.Length && _text[tag + 1] is '%' or '{' or '#'))
        {
            tag++;
        }

        if (tag < 0)
        {
            Add(TokenKind.Data, _text[_at..]);
            _at = _text.Length;
            return;
        }

        char kind = _text[tag + 1], sign = tag + 2 < _text.Length ? _text[tag + 2] : ' ';
        AddData(_text[_at..tag], sign, kind != '{');
        _at = tag + (sign is '-' or '+' ? 3 : 2);
        switch (kind)
        {
            case '#':
                SkipComment();
                break;
            case '%' when StartsRaw(out int start):
                ReadRaw(start);
                break;
            default:
                Add(kind == '%' ? TokenKind.BlockStart : TokenKind.PrintStart, "");
                ReadTag(kind == '%' ? "%}" : "}}", kind == '%' ? TokenKind.BlockEnd : TokenKind.PrintEnd);
                break;
        }
    }

    private void AddData(string data, char sign, bool stripsBlanks)
    {
        if (sign == '-')
        {
            data = PythonString.TrimEnd(data);
        }
        else if (sign != '+' && stripsBlanks)
        {
            int line = data.LastIndexOf('\n') + 1;
            if ((line > 0 || _lineStart) && PythonString.TrimEnd(data[line..]).Length == 0)
            {
                data = data[..line];
            }
        }

        if (data.Length > 0)
        {
            Add(TokenKind.Data, data);
        }
    }

    private void SkipComment()
    {
        int end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Error("the comment has no end; add \"#}\"");
        }

        FinishTag(end, trimsLine: true);
    }

    // After the closing two characters at "end": a minus before them takes all white space, else the end of the line may go.
    private void FinishTag(int end, bool trimsLine)
    {
        char sign = end > 0 ? _text[end - 1] : ' ';
        _at = end + 2;
        if (sign == '-')
        {
            while (_at < _text.Length && PythonString.IsSpace(_text[_at]))
            {
                _at++;
            }
        }
        else if (sign != '+' && trimsLine && _at < _text.Length && _text[_at] == '\n')
        {
            _at++;
        }

        _lineStart = _text[_at - 1] == '\n';
    }

    private bool StartsRaw(out int start)
    {
        start = SkipSpace(_at);
        if (!_text.AsSpan(start).StartsWith("raw", StringComparison.Ordinal))
        {
            return false;
        }

        start = SkipSpace(start + 3);
        return _text.AsSpan(start).StartsWith("%}", StringComparison.Ordinal) || _text.AsSpan(start).StartsWith("-%}", StringComparison.Ordinal);
    }

    private void ReadRaw(int start)
    {
        FinishTag(_text.IndexOf("%}", start, StringComparison.Ordinal), trimsLine: false);
        for (int tag = _text.IndexOf("{%", _at, StringComparison.Ordinal); tag >= 0; tag = _text.IndexOf("{%", tag + 1, StringComparison.Ordinal))
        {
            char sign = tag + 2 < _text.Length ? _text[tag + 2] : ' ';
            int name = SkipSpace(tag + (sign is '-' or '+' ? 3 : 2));
            int end = SkipSpace(name + 6);
            if (!_text.AsSpan(name).StartsWith("endraw", StringComparison.Ordinal) || end >= _text.Length)
            {
                continue;
            }

            end += _text[end] is '-' or '+' ? 1 : 0;
            if (_text.AsSpan(end).StartsWith("%}", StringComparison.Ordinal))
            {
                AddData(_text[_at..tag], sign, stripsBlanks: true);
                FinishTag(end, trimsLine: true);
                return;
            }
        }

        throw Error("the raw block has no end; add \"{% endraw %}\"");
    }

    private int SkipSpace(int at)
    {
        while (at < _text.Length && PythonString.IsSpace(_text[at]))
        {
            at++;
        }

        return Math.Min(at, _text.Length);
    }

    private void ReadTag(string close, TokenKind kind)
    {
        int open = 0;
        while (true)
        {
            _at = SkipSpace(_at);
            if (_at >= _text.Length)
            {
                throw Error($"the tag has no end; add \"{close}\"");
            }

            ReadOnlySpan<char> rest = _text.AsSpan(_at);
            int sign = rest[0] is '-' or '+' && (rest[0] == '-' || kind == TokenKind.BlockEnd) ? 1 : 0;
            if (open == 0 && rest[sign..].StartsWith(close, StringComparison.Ordinal))
            {
                Add(kind, "");
                FinishTag(_at + sign, trimsLine: kind == TokenKind.BlockEnd);
                return;
            }

            ReadToken(rest, ref open);
        }
    }

    private void Add(TokenKind kind, string text)
    {
        CountLines();
        _tokens.Add(new TemplateToken(kind, text, _line));
    }

    private void CountLines()
    {
        int to = Math.Min(_at, _text.Length);
        if (to > _lineCountedTo)
        {
            _line += _text.AsSpan(_lineCountedTo, to - _lineCountedTo).Count('\n');
            _lineCountedTo = to;
        }
    }

    private TemplateException Error(string message)
    {
        CountLines();
        return new TemplateException(message) { Line = _line };
    }
}
