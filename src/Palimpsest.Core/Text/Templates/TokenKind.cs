namespace Palimpsest.Text.Templates;

/// <summary>Kinds of pieces of a template.</summary>
internal enum TokenKind
{
    /// <summary>Text outside all tags.</summary>
    Data,

    /// <summary><c>{%</c>.</summary>
    BlockStart,

    /// <summary><c>%}</c>.</summary>
    BlockEnd,

    /// <summary><c>{{</c>.</summary>
    PrintStart,

    /// <summary><c>}}</c>.</summary>
    PrintEnd,

    /// <summary>A name or key word.</summary>
    Name,

    /// <summary>A string, without its quotes and escapes.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a point or an exponent.</summary>
    Float,

    /// <summary>An operator or bracket.</summary>
    Symbol,

    /// <summary>Nothing follows.</summary>
    End,
}
