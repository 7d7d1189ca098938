namespace Palimpsest.Text.Templates;

/// <summary>A piece of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text: for a string what it means, for all others as it stands.</param>
/// <param name="Line">Counted from 1.</param>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Line)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public override string ToString() => Kind switch
    {
        TokenKind.BlockEnd => "the end of the block",
        TokenKind.PrintEnd => "the end of the print statement",
        TokenKind.End => "the end of the template",
        _ => $"\"{(Text.Length <= 40 ? Text : Text[..40] + "...")}\"",
    };
}
