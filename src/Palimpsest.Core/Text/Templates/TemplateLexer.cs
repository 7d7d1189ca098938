using System.Globalization;
using System.Text;

namespace Palimpsest.Text.Templates;

/// <summary>Cuts a template into tokens, with the white-space rules that chat templates are rendered with.</summary>
/// <remarks>
/// Jinja 3 with <c>trim_blocks</c> (the end of a line right after a block or comment goes) and <c>lstrip_blocks</c> (blanks before a block or comment that starts a line go). Ends of lines become
/// <c>\n</c>, and one at the end of the template goes.
/// </remarks>
internal sealed class TemplateLexer
{
    private static readonly string[] s_symbols = ["**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ","];
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

    private void ReadToken(ReadOnlySpan<char> rest, ref int open)
    {
        char first = rest[0];
        if (first is '"' or '\'')
        {
            ReadString(first);
        }
        else if (char.IsAsciiDigit(first))
        {
            ReadNumber();
        }
        else if (char.IsLetter(first) || first == '_')
        {
            int length = 1;
            while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] == '_'))
            {
                length++;
            }

            Add(TokenKind.Name, rest[..length].ToString());
            _at += length;
        }
        else
        {
            string? symbol = null;
            foreach (string candidate in s_symbols)
            {
                if (rest.StartsWith(candidate, StringComparison.Ordinal))
                {
                    symbol = candidate;
                    break;
                }
            }

            open += symbol is "(" or "[" or "{" ? 1 : symbol is ")" or "]" or "}" ? -1 : 0;
            Add(TokenKind.Symbol, symbol is null || open < 0 ? throw Error($"the character \"{first}\" is not expected here") : symbol);
            _at += symbol.Length;
        }
    }

    private void ReadNumber()
    {
        int end = _at + 1;
        bool isFloat = false;
        if (_text[_at] == '0' && end < _text.Length && _text[end] is 'x' or 'X' or 'b' or 'B' or 'o' or 'O')
        {
            do
            {
                end++;
            }
            while (end < _text.Length && (char.IsAsciiHexDigit(_text[end]) || _text[end] == '_'));
        }
        else
        {
            Digits();

            // In a.0.1 the second point is another subscript.
            if (!(_tokens[^1].Is(".")) && end + 1 < _text.Length && _text[end] == '.' && char.IsAsciiDigit(_text[end + 1]))
            {
                isFloat = true;
                end++;
                Digits();
            }

            int exponent = end < _text.Length && _text[end] is 'e' or 'E' ? end + 1 : -1;
            if (exponent > 0 && exponent < _text.Length && _text[exponent] is '+' or '-')
            {
                exponent++;
            }

            if (exponent > 0 && exponent < _text.Length && char.IsAsciiDigit(_text[exponent]))
            {
                isFloat = true;
                end = exponent;
                Digits();
            }
        }

        Add(isFloat ? TokenKind.Float : TokenKind.Integer, _text[_at..end].Replace("_", "", StringComparison.Ordinal));
        _at = end;

        void Digits()
        {
            while (end < _text.Length && (char.IsAsciiDigit(_text[end]) || (_text[end] == '_' && end + 1 < _text.Length && char.IsAsciiDigit(_text[end + 1]))))
            {
                end++;
            }
        }
    }

    private void ReadString(char quote)
    {
        int end = _at + 1;
        while (end < _text.Length && _text[end] != quote)
        {
            end += _text[end] == '\\' ? 2 : 1;
        }

        if (end >= _text.Length)
        {
            throw Error("the string has no end");
        }

        Add(TokenKind.String, Unescape(_text.AsSpan(_at + 1, end - _at - 1)));
        _at = end + 1;
    }

    private string Unescape(ReadOnlySpan<char> text)
    {
        if (!text.Contains('\\'))
        {
            return text.ToString();
        }

        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            char escape = text[++i];
            int simple = "nrtabfv\\'\"".IndexOf(escape, StringComparison.Ordinal);
            int hex = escape switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (simple >= 0)
            {
                result.Append("\n\r\t\a\b\f\v\\'\""[simple]);
            }
            else if (hex > 0)
            {
                uint value = 0;
                if (i + hex >= text.Length || !uint.TryParse(text.Slice(i + 1, hex), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) || value > 0x10FFFF)
                {
                    throw Error($"the escape \"\\{escape}\" needs {hex} hexadecimal digits of a character");
                }

                Patterns.CodePoints.Append(result, (int)value);
                i += hex;
            }
            else if (escape is >= '0' and <= '7')
            {
                int value = 0, digits = 0;
                for (; digits < 3 && i < text.Length && text[i] is >= '0' and <= '7'; digits++, i++)
                {
                    value = (value * 8) + text[i] - '0';
                }

                result.Append((char)value);
                i--;
            }
            else if (escape == 'N')
            {
                throw Error("the escape \"\\N\" is not supported; write the character itself");
            }
            else if (escape != '\n')
            {
                result.Append('\\').Append(escape);
            }
        }

        return result.ToString();
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
