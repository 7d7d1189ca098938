namespace Palimpsest.Text.Templates;

/// <summary>A part of a template that has a value.</summary>
/// <param name="Line">Where it stands.</param>
internal abstract record Expression(int Line)
{
    internal sealed record Constant(object? Value, int Line) : Expression(Line);

    internal sealed record Variable(string Name, int Line) : Expression(Line);

    internal sealed record Row(SequenceKind Kind, IReadOnlyList<Expression> Items, int Line) : Expression(Line);

    internal sealed record Dictionary(IReadOnlyList<(Expression Key, Expression Value)> Items, int Line) : Expression(Line);

    /// <summary><c>a.b</c> looks for an attribute first, <c>a["b"]</c> for an item.</summary>
    internal sealed record Member(Expression Owner, Expression Key, bool ByDot, int Line) : Expression(Line);

    internal sealed record Slice(Expression Owner, Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

    internal sealed record Call(Expression Function, ExpressionArguments Arguments, int Line) : Expression(Line);

    /// <summary>A filter; without an owner it works on what its block prints.</summary>
    internal sealed record Filter(Expression? Owner, string Name, ExpressionArguments Arguments, int Line) : Expression(Line);

    internal sealed record Test(Expression Owner, string Name, ExpressionArguments Arguments, bool Negated, int Line) : Expression(Line);

    internal sealed record Unary(string Operator, Expression Operand, int Line) : Expression(Line);

    internal sealed record Binary(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);

    /// <summary><c>a &lt; b &lt; c</c>.</summary>
    internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, int Line) : Expression(Line);

    internal sealed record Concatenation(IReadOnlyList<Expression> Parts, int Line) : Expression(Line);

    internal sealed record Choice(Expression Condition, Expression Then, Expression? Else, int Line) : Expression(Line);
}
