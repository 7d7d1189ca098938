using System.Globalization;
using System.Text;

namespace Palimpsest.Text.Templates;

/// <content>What stands inside tags.</content>
internal sealed partial class TemplateLexer
{
    private static readonly string[] s_symbols = ["**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ","];

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
}
